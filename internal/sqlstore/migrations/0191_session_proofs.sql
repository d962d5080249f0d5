-- +goose Up
-- What a session's user proved themselves with, the credential types joined by
-- commas, and when they did so last; 0 means when the session was created.
ALTER TABLE portal_session ADD COLUMN proofs TEXT NOT NULL DEFAULT '';
ALTER TABLE portal_session ADD COLUMN confirmed BIGINT NOT NULL DEFAULT 0;
