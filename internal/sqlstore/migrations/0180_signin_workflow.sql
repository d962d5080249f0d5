-- +goose Up
-- Sign-ins under way, by the hex SHA-256 of the token that the browser holds.
-- state is JSON; user_id is '' until the first credential is verified.
CREATE TABLE signin_workflow (
    token   TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    state   TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX signin_workflow_by_expiry ON signin_workflow (expires);
CREATE INDEX signin_workflow_by_user ON signin_workflow (user_id);
