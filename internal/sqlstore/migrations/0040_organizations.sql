-- +goose Up
-- Accounts. organization and parent are '' for a standalone one; email_key is
-- the e-mail address in lower case.
CREATE TABLE account (
    id            TEXT   PRIMARY KEY,
    name          TEXT   NOT NULL,
    email         TEXT   NOT NULL,
    email_key     TEXT   NOT NULL,
    state         TEXT   NOT NULL,
    organization  TEXT   NOT NULL,
    parent        TEXT   NOT NULL,
    joined_method TEXT   NOT NULL,
    joined        BIGINT NOT NULL,
    closed        BIGINT NOT NULL
);
CREATE UNIQUE INDEX account_email ON account (email_key);
CREATE INDEX account_organization ON account (organization, id);
CREATE INDEX account_parent ON account (parent, id);
CREATE INDEX account_closed ON account (organization, closed) WHERE closed > 0;

-- control is 1 when service control policies are enabled.
CREATE TABLE organization (
    id         TEXT   PRIMARY KEY,
    root       TEXT   NOT NULL,
    management TEXT   NOT NULL,
    features   TEXT   NOT NULL,
    control    BIGINT NOT NULL,
    created    BIGINT NOT NULL
);
CREATE UNIQUE INDEX organization_root ON organization (root);

-- path is o-…/r-…/ou-…/ with the unit itself; units never move.
CREATE TABLE organization_unit (
    id           TEXT PRIMARY KEY,
    organization TEXT NOT NULL,
    parent       TEXT NOT NULL,
    name         TEXT NOT NULL,
    path         TEXT NOT NULL
);
CREATE UNIQUE INDEX organization_unit_name ON organization_unit (parent, name);
CREATE INDEX organization_unit_parent ON organization_unit (parent, id);
CREATE INDEX organization_unit_organization ON organization_unit (organization);

CREATE TABLE control_policy (
    organization TEXT   NOT NULL,
    id           TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    description  TEXT   NOT NULL,
    content      TEXT   NOT NULL,
    aws_managed  BIGINT NOT NULL,
    PRIMARY KEY (organization, id)
);
CREATE UNIQUE INDEX control_policy_name ON control_policy (organization, name);

CREATE TABLE control_attachment (
    organization TEXT NOT NULL,
    target       TEXT NOT NULL,
    policy       TEXT NOT NULL,
    PRIMARY KEY (organization, target, policy)
);
CREATE INDEX control_attachment_policy ON control_attachment (organization, policy, target);

CREATE TABLE organization_tag (
    resource TEXT NOT NULL,
    name     TEXT NOT NULL,
    value    TEXT NOT NULL,
    PRIMARY KEY (resource, name)
);

CREATE TABLE account_creation (
    organization TEXT   NOT NULL,
    id           TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    state        TEXT   NOT NULL,
    account      TEXT   NOT NULL,
    failure      TEXT   NOT NULL,
    requested    BIGINT NOT NULL,
    completed    BIGINT NOT NULL,
    PRIMARY KEY (organization, id)
);

CREATE TABLE organization_service (
    organization TEXT   NOT NULL,
    principal    TEXT   NOT NULL,
    enabled      BIGINT NOT NULL,
    PRIMARY KEY (organization, principal)
);

CREATE TABLE organization_delegate (
    organization TEXT   NOT NULL,
    account      TEXT   NOT NULL,
    principal    TEXT   NOT NULL,
    enabled      BIGINT NOT NULL,
    PRIMARY KEY (organization, account, principal)
);
CREATE INDEX organization_delegate_principal ON organization_delegate (organization, principal, account);
