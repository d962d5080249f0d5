-- +goose Up
-- Instance profiles: what carries a role to a machine. role_id is the role's
-- id, '' for none; a profile carries one at most.
CREATE TABLE iam_instance_profile (
    account  TEXT   NOT NULL,
    name_key TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    path     TEXT   NOT NULL,
    id       TEXT   NOT NULL,
    created  BIGINT NOT NULL,
    tags     TEXT   NOT NULL,
    role_id  TEXT   NOT NULL,
    PRIMARY KEY (account, name_key)
);
CREATE INDEX iam_instance_profile_role ON iam_instance_profile (role_id, name_key) WHERE role_id <> '';
