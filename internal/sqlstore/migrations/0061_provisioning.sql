-- +goose Up
-- What was last written into accounts.
CREATE TABLE provisioned_role (
    account        TEXT NOT NULL,
    permission_set TEXT NOT NULL,
    role_name      TEXT NOT NULL,
    revision       TEXT NOT NULL,
    PRIMARY KEY (account, permission_set)
);
CREATE INDEX provisioned_role_by_set ON provisioned_role (permission_set, account);

-- The requests that administrators watch. waits counts the rows of
-- provisioning_wait.
CREATE TABLE provisioning_operation (
    id             TEXT PRIMARY KEY,
    kind           TEXT NOT NULL,
    status         TEXT NOT NULL,
    reason         TEXT NOT NULL,
    created        BIGINT NOT NULL,
    account        TEXT NOT NULL,
    permission_set TEXT NOT NULL,
    principal_type TEXT NOT NULL,
    principal_id   TEXT NOT NULL,
    waits          BIGINT NOT NULL
);
CREATE INDEX provisioning_operation_by_kind ON provisioning_operation (kind, id);

CREATE TABLE provisioning_wait (
    account        TEXT NOT NULL,
    permission_set TEXT NOT NULL,
    operation      TEXT NOT NULL,
    PRIMARY KEY (account, permission_set, operation)
);
