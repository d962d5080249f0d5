-- +goose Up
-- Handshakes. account is '' while nobody has the e-mail address; email_key is
-- that address in lower case; ended is 0 while nobody has answered.
CREATE TABLE organization_handshake (
    id           TEXT   PRIMARY KEY,
    organization TEXT   NOT NULL,
    action       TEXT   NOT NULL,
    state        TEXT   NOT NULL,
    parent       TEXT   NOT NULL,
    party        TEXT   NOT NULL,
    party_type   TEXT   NOT NULL,
    account      TEXT   NOT NULL,
    email_key    TEXT   NOT NULL,
    notes        TEXT   NOT NULL,
    tags         TEXT   NOT NULL,
    requested    BIGINT NOT NULL,
    expires      BIGINT NOT NULL,
    ended        BIGINT NOT NULL
);
CREATE INDEX organization_handshake_organization ON organization_handshake (organization, id);
CREATE INDEX organization_handshake_account ON organization_handshake (account, id);
CREATE INDEX organization_handshake_email ON organization_handshake (email_key, id);
CREATE INDEX organization_handshake_parent ON organization_handshake (parent, id);
CREATE INDEX organization_handshake_requested ON organization_handshake (organization, requested);
CREATE INDEX organization_handshake_expires ON organization_handshake (expires);

-- An account that its owner closed is CLOSED; SUSPENDED is AWS's own doing.
UPDATE account SET state = 'CLOSED' WHERE state = 'SUSPENDED';
CREATE INDEX account_closed_when ON account (closed) WHERE closed > 0;

-- The resource policy of an organization; at most one.
CREATE TABLE organization_resource_policy (
    organization TEXT PRIMARY KEY,
    id           TEXT NOT NULL,
    content      TEXT NOT NULL
);
