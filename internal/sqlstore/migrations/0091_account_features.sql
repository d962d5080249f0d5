-- +goose Up
-- Accounts whose principals may have web identity tokens. issuer is the id in
-- the issuer's URL; it stays when the feature is turned off.
CREATE TABLE iam_outbound_federation (
    account TEXT   NOT NULL PRIMARY KEY,
    issuer  TEXT   NOT NULL,
    enabled BIGINT NOT NULL
);
CREATE UNIQUE INDEX iam_outbound_federation_issuer ON iam_outbound_federation (issuer);

-- The keys that web identity tokens are signed with, sealed.
CREATE TABLE sts_signing_key (
    account   TEXT   NOT NULL,
    algorithm TEXT   NOT NULL,
    id        TEXT   NOT NULL,
    sealed    TEXT   NOT NULL,
    created   BIGINT NOT NULL,
    PRIMARY KEY (account, algorithm)
);

-- What an organization manages of its members' root users.
CREATE TABLE iam_root_feature (
    organization TEXT NOT NULL,
    feature      TEXT NOT NULL,
    PRIMARY KEY (organization, feature)
);
