-- +goose Up
-- Instances of single accounts, beside that of the organization.
CREATE TABLE account_instance (
    id             TEXT PRIMARY KEY,
    identity_store TEXT NOT NULL UNIQUE,
    owner          TEXT NOT NULL UNIQUE,
    region         TEXT NOT NULL,
    created        BIGINT NOT NULL
);

-- What of an instance of either kind may change. key_arn is '' for AWS's own
-- key, key_since 0 when it was never changed.
CREATE TABLE instance_detail (
    instance  TEXT PRIMARY KEY,
    name      TEXT NOT NULL,
    key_arn   TEXT NOT NULL,
    key_since BIGINT NOT NULL
);

-- Regions to which an instance is replicated, beside its home region.
CREATE TABLE instance_region (
    instance TEXT NOT NULL,
    name     TEXT NOT NULL,
    added    BIGINT NOT NULL,
    leaves   BIGINT NOT NULL,
    settles  BIGINT NOT NULL,
    PRIMARY KEY (instance, name)
);

-- Attributes for access control, JSON, by the instance's ARN.
CREATE TABLE access_control (
    instance      TEXT PRIMARY KEY,
    configuration TEXT NOT NULL
);
