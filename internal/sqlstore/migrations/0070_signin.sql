-- +goose Up
-- The passwords of directory users: PHC strings, the current one and, as JSON,
-- those before it.
CREATE TABLE signin_password (
    user_id  TEXT PRIMARY KEY,
    verifier TEXT NOT NULL,
    earlier  TEXT NOT NULL,
    changed  BIGINT NOT NULL
);

-- Attempts to sign in by the hex SHA-256 of the lower-case name, whether or
-- not anyone has it; user_id is '' when nobody has.
CREATE TABLE signin_attempts (
    name_key     TEXT PRIMARY KEY,
    user_id      TEXT NOT NULL,
    failures     BIGINT NOT NULL,
    since        BIGINT NOT NULL,
    locked_until BIGINT NOT NULL
);
CREATE INDEX signin_attempts_by_user ON signin_attempts (user_id);
CREATE INDEX signin_attempts_by_since ON signin_attempts (since);
