-- +goose Up
-- The outbox. id is a UUID of version 7; content is sealed, and '' once the
-- letter is posted.
CREATE TABLE mail_letter (
    id        TEXT PRIMARY KEY,
    recipient TEXT NOT NULL,
    subject   TEXT NOT NULL,
    state     TEXT NOT NULL,
    failure   TEXT NOT NULL,
    content   TEXT NOT NULL,
    created   BIGINT NOT NULL
);
CREATE INDEX mail_letter_by_age ON mail_letter (created);
