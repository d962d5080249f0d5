-- +goose Up
-- Sign-in sessions of people. token is the hex SHA-256 of what the browser
-- holds; ended is 0 while the session has not been ended before it expires.
CREATE TABLE portal_session (
    id         TEXT PRIMARY KEY,
    token      TEXT NOT NULL UNIQUE,
    user_id    TEXT NOT NULL,
    user_name  TEXT NOT NULL,
    store      TEXT NOT NULL,
    created    BIGINT NOT NULL,
    expires    BIGINT NOT NULL,
    ended      BIGINT NOT NULL,
    user_agent TEXT NOT NULL,
    source_ip  TEXT NOT NULL
);
CREATE INDEX portal_session_by_user ON portal_session (user_id, id);
CREATE INDEX portal_session_by_expiry ON portal_session (expires);
