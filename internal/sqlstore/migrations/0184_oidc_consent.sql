-- +goose Up
-- Questions put to people whether a client may act for them. A row goes when
-- the question is answered: a form is good once, and in its session.
CREATE TABLE oidc_consent (
    hash       TEXT PRIMARY KEY,
    session_id TEXT NOT NULL,
    asked      TEXT NOT NULL,
    expires    BIGINT NOT NULL
);
CREATE INDEX oidc_consent_by_expiry ON oidc_consent (expires);
