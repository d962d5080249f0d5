-- +goose Up
-- Links that letters and the first start hand out, by the hex SHA-256 of their
-- token; user_id is '' for the link that sets the server up.
CREATE TABLE signin_link (
    token   TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    user_id TEXT NOT NULL,
    email   TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX signin_link_by_user ON signin_link (user_id, purpose);
CREATE INDEX signin_link_by_expiry ON signin_link (expires);

-- The address of each user that is known to be theirs, in lower case.
CREATE TABLE signin_email (
    user_id  TEXT PRIMARY KEY,
    email    TEXT NOT NULL,
    verified BIGINT NOT NULL
);
