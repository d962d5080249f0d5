-- +goose Up
-- Each instance has an identity store of its own, so names are unique in a
-- store only. What is there belongs to the organization's. SQLite cannot change
-- what a table demands of its rows, so the tables are made anew.
CREATE TABLE new_user (
    id            TEXT PRIMARY KEY,
    store         TEXT NOT NULL,
    user_name     TEXT NOT NULL,
    user_name_key TEXT NOT NULL,
    email_key     TEXT NOT NULL,
    display_name  TEXT NOT NULL,
    enabled       BIGINT NOT NULL,
    attributes    TEXT NOT NULL,
    created       BIGINT NOT NULL,
    created_by    TEXT NOT NULL,
    updated       BIGINT NOT NULL,
    updated_by    TEXT NOT NULL,
    UNIQUE (store, user_name_key)
);
INSERT INTO new_user
    SELECT id, COALESCE((SELECT identity_store FROM instance), ''), user_name, user_name_key, email_key, display_name, enabled, attributes,
        created, created_by, updated, updated_by
    FROM directory_user;

CREATE TABLE new_group (
    id               TEXT PRIMARY KEY,
    store            TEXT NOT NULL,
    display_name     TEXT NOT NULL,
    display_name_key TEXT NOT NULL,
    description      TEXT NOT NULL,
    created          BIGINT NOT NULL,
    created_by       TEXT NOT NULL,
    updated          BIGINT NOT NULL,
    updated_by       TEXT NOT NULL,
    UNIQUE (store, display_name_key)
);
INSERT INTO new_group
    SELECT id, COALESCE((SELECT identity_store FROM instance), ''), display_name, display_name_key, description, created, created_by, updated, updated_by
    FROM directory_group;

CREATE TABLE new_membership (
    id         TEXT PRIMARY KEY,
    group_id   TEXT NOT NULL REFERENCES new_group (id),
    user_id    TEXT NOT NULL REFERENCES new_user (id),
    created    BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    UNIQUE (group_id, user_id)
);
INSERT INTO new_membership SELECT id, group_id, user_id, created, created_by FROM directory_membership;

CREATE TABLE new_external_id (
    store    TEXT NOT NULL,
    resource TEXT NOT NULL,
    issuer   TEXT NOT NULL,
    id       TEXT NOT NULL,
    owner    TEXT NOT NULL,
    PRIMARY KEY (store, resource, issuer, id)
);
INSERT INTO new_external_id
    SELECT COALESCE((SELECT identity_store FROM instance), ''), resource, issuer, id, owner FROM directory_external_id;

DROP TABLE directory_external_id;
DROP TABLE directory_membership;
DROP TABLE directory_group;
DROP TABLE directory_user;
ALTER TABLE new_user RENAME TO directory_user;
ALTER TABLE new_group RENAME TO directory_group;
ALTER TABLE new_membership RENAME TO directory_membership;
ALTER TABLE new_external_id RENAME TO directory_external_id;

CREATE INDEX directory_user_of_store ON directory_user (store, id);
CREATE INDEX directory_user_email ON directory_user (store, email_key);
CREATE INDEX directory_group_of_store ON directory_group (store, id);
CREATE INDEX directory_membership_group ON directory_membership (group_id, id);
CREATE INDEX directory_membership_of ON directory_membership (user_id, id, group_id);
CREATE INDEX directory_external_id_owner ON directory_external_id (owner);
