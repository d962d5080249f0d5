-- +goose Up
-- What users (user_id '': the account's root) prove themselves with beside
-- passwords and access keys. kind is signing (a certificate), ssh (a public
-- key) or service (credentials for one service). mark tells two of the same
-- content apart from others; content is a PEM text, an authorized_keys line, or
-- the hash of a secret. service and name are of service credentials alone.
CREATE TABLE iam_credential (
    id      TEXT   PRIMARY KEY,
    kind    TEXT   NOT NULL,
    account TEXT   NOT NULL,
    user_id TEXT   NOT NULL,
    active  BIGINT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    mark    TEXT   NOT NULL,
    content TEXT   NOT NULL,
    service TEXT   NOT NULL,
    name    TEXT   NOT NULL
);
CREATE INDEX iam_credential_user ON iam_credential (account, kind, user_id, id);
CREATE INDEX iam_credential_mark ON iam_credential (account, kind, mark) WHERE mark <> '';

-- Server certificates; sealed is the private key.
CREATE TABLE iam_server_certificate (
    account  TEXT   NOT NULL,
    name_key TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    path     TEXT   NOT NULL,
    id       TEXT   NOT NULL,
    created  BIGINT NOT NULL,
    expires  BIGINT NOT NULL,
    tags     TEXT   NOT NULL,
    body     TEXT   NOT NULL,
    chain    TEXT   NOT NULL,
    sealed   TEXT   NOT NULL,
    PRIMARY KEY (account, name_key)
);
