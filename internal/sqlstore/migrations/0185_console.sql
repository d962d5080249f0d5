-- +goose Up
-- Sign-in tokens of the federation endpoint, and the console sessions that they
-- begin. hash is hex SHA-256; principal is JSON and holds no secret. A token's
-- row goes when it is used.
CREATE TABLE console_signin_token (
    hash      TEXT PRIMARY KEY,
    principal TEXT NOT NULL,
    duration  BIGINT NOT NULL,
    expires   BIGINT NOT NULL
);
CREATE INDEX console_signin_token_by_expiry ON console_signin_token (expires);

CREATE TABLE console_session (
    hash        TEXT PRIMARY KEY,
    principal   TEXT NOT NULL,
    issuer      TEXT NOT NULL,
    destination TEXT NOT NULL,
    created     BIGINT NOT NULL,
    expires     BIGINT NOT NULL
);
CREATE INDEX console_session_by_expiry ON console_session (expires);
