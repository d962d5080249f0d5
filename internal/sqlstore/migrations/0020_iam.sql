-- +goose Up
-- Users, groups and roles: named holders of policies. name_key is the name in
-- lower case. trust, a document hash, and what follows it are of roles alone;
-- written is the digest of the last write of a protected role.
CREATE TABLE iam_entity (
    account        TEXT   NOT NULL,
    kind           TEXT   NOT NULL,
    name_key       TEXT   NOT NULL,
    id             TEXT   NOT NULL,
    name           TEXT   NOT NULL,
    path           TEXT   NOT NULL,
    boundary       TEXT   NOT NULL,
    tags           TEXT   NOT NULL,
    created        BIGINT NOT NULL,
    protected      BIGINT NOT NULL,
    service_linked BIGINT NOT NULL,
    trust          TEXT   NOT NULL,
    description    TEXT   NOT NULL,
    max_session    BIGINT NOT NULL,
    written        TEXT   NOT NULL,
    PRIMARY KEY (account, kind, name_key)
);
CREATE UNIQUE INDEX iam_entity_id ON iam_entity (id);
CREATE INDEX iam_entity_boundary ON iam_entity (account, boundary) WHERE boundary <> '';

CREATE TABLE iam_attachment (
    entity_id  TEXT NOT NULL,
    policy_arn TEXT NOT NULL,
    account    TEXT NOT NULL,
    PRIMARY KEY (entity_id, policy_arn)
);
CREATE INDEX iam_attachment_policy ON iam_attachment (account, policy_arn, entity_id);

CREATE TABLE iam_inline_policy (
    entity_id TEXT   NOT NULL,
    name      TEXT   NOT NULL,
    document  TEXT   NOT NULL,
    size      BIGINT NOT NULL,
    PRIMARY KEY (entity_id, name)
);

CREATE TABLE iam_membership (
    group_id TEXT NOT NULL,
    user_id  TEXT NOT NULL,
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX iam_membership_user ON iam_membership (user_id, group_id);

CREATE TABLE iam_policy (
    account         TEXT   NOT NULL,
    name_key        TEXT   NOT NULL,
    arn             TEXT   NOT NULL,
    id              TEXT   NOT NULL,
    name            TEXT   NOT NULL,
    path            TEXT   NOT NULL,
    description     TEXT   NOT NULL,
    tags            TEXT   NOT NULL,
    default_version BIGINT NOT NULL,
    last_version    BIGINT NOT NULL,
    created         BIGINT NOT NULL,
    updated         BIGINT NOT NULL,
    PRIMARY KEY (account, name_key)
);
CREATE UNIQUE INDEX iam_policy_arn ON iam_policy (arn);

CREATE TABLE iam_policy_version (
    policy_id TEXT   NOT NULL,
    number    BIGINT NOT NULL,
    document  TEXT   NOT NULL,
    created   BIGINT NOT NULL,
    PRIMARY KEY (policy_id, number)
);

-- Long-term keys; user_id '' is the account's root.
CREATE TABLE iam_access_key (
    id      TEXT   PRIMARY KEY,
    account TEXT   NOT NULL,
    user_id TEXT   NOT NULL,
    sealed  TEXT   NOT NULL,
    active  BIGINT NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX iam_access_key_user ON iam_access_key (account, user_id, id);

CREATE TABLE iam_saml_provider (
    account     TEXT   NOT NULL,
    name_key    TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    id          TEXT   NOT NULL,
    metadata    TEXT   NOT NULL,
    entity_id   TEXT   NOT NULL,
    valid_until BIGINT NOT NULL,
    created     BIGINT NOT NULL,
    tags        TEXT   NOT NULL,
    protected   BIGINT NOT NULL,
    PRIMARY KEY (account, name_key)
);
