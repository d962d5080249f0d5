-- +goose Up
-- Who holds which permission set in which account. active is 0 until the
-- creation's provisioning has succeeded.
CREATE TABLE account_assignment (
    account        TEXT NOT NULL,
    permission_set TEXT NOT NULL,
    principal_type TEXT NOT NULL,
    principal_id   TEXT NOT NULL,
    active         BIGINT NOT NULL,
    created        BIGINT NOT NULL,
    PRIMARY KEY (account, permission_set, principal_type, principal_id)
);
CREATE INDEX account_assignment_principal ON account_assignment (principal_id, account, permission_set);
CREATE INDEX account_assignment_set ON account_assignment (permission_set, account);
