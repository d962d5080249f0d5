-- +goose Up
-- Permission sets. inline_policy is the hash of a policy_document, '' for none;
-- boundary_managed is an ARN, boundary_customer a path and name, '' for none.
CREATE TABLE permission_set (
    arn               TEXT PRIMARY KEY,
    instance          TEXT NOT NULL,
    name              TEXT NOT NULL UNIQUE,
    description       TEXT NOT NULL,
    session_duration  TEXT NOT NULL,
    relay_state       TEXT NOT NULL,
    inline_policy     TEXT NOT NULL,
    boundary_managed  TEXT NOT NULL,
    boundary_customer TEXT NOT NULL,
    created           BIGINT NOT NULL
);
CREATE INDEX permission_set_instance ON permission_set (instance, arn);

-- The policies attached to a set. kind is MANAGED, where policy is an ARN, or
-- CUSTOMER, where it is a path and name that each account resolves.
CREATE TABLE permission_set_policy (
    permission_set TEXT NOT NULL REFERENCES permission_set (arn),
    kind           TEXT NOT NULL,
    policy         TEXT NOT NULL,
    PRIMARY KEY (permission_set, kind, policy)
);

-- Tags of instances and permission sets, by their ARNs.
CREATE TABLE resource_tag (
    resource TEXT NOT NULL,
    tag_key  TEXT NOT NULL,
    value    TEXT NOT NULL,
    PRIMARY KEY (resource, tag_key)
);
