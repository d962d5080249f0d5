-- +goose Up
-- Users, groups and memberships of the identity store. The *_key columns hold
-- names as they are compared: without case.
CREATE TABLE directory_user (
    id            TEXT PRIMARY KEY,
    user_name     TEXT NOT NULL,
    user_name_key TEXT NOT NULL UNIQUE,
    email_key     TEXT NOT NULL,
    display_name  TEXT NOT NULL,
    enabled       BIGINT NOT NULL,
    attributes    TEXT NOT NULL,
    created       BIGINT NOT NULL,
    created_by    TEXT NOT NULL,
    updated       BIGINT NOT NULL,
    updated_by    TEXT NOT NULL
);
CREATE INDEX directory_user_email ON directory_user (email_key);

CREATE TABLE directory_group (
    id               TEXT PRIMARY KEY,
    display_name     TEXT NOT NULL,
    display_name_key TEXT NOT NULL UNIQUE,
    description      TEXT NOT NULL,
    created          BIGINT NOT NULL,
    created_by       TEXT NOT NULL,
    updated          BIGINT NOT NULL,
    updated_by       TEXT NOT NULL
);

CREATE TABLE directory_membership (
    id         TEXT PRIMARY KEY,
    group_id   TEXT NOT NULL REFERENCES directory_group (id),
    user_id    TEXT NOT NULL REFERENCES directory_user (id),
    created    BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    UNIQUE (group_id, user_id)
);
CREATE INDEX directory_membership_group ON directory_membership (group_id, id);
CREATE INDEX directory_membership_user ON directory_membership (user_id, id);

-- Ids that other identity providers have for a user or group.
CREATE TABLE directory_external_id (
    resource TEXT NOT NULL,
    issuer   TEXT NOT NULL,
    id       TEXT NOT NULL,
    owner    TEXT NOT NULL,
    PRIMARY KEY (resource, issuer, id)
);
CREATE INDEX directory_external_id_owner ON directory_external_id (owner);
