-- +goose Up
-- The Identity Center instance. one is always 1: there is one instance.
-- signing_key is sealed PKCS #8 and certificate base64 DER; both are '' until
-- the key is needed.
CREATE TABLE instance (
    one            BIGINT PRIMARY KEY,
    id             TEXT NOT NULL,
    identity_store TEXT NOT NULL,
    owner          TEXT NOT NULL,
    region         TEXT NOT NULL,
    created        BIGINT NOT NULL,
    signing_key    TEXT NOT NULL,
    certificate    TEXT NOT NULL
);
