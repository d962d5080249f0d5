-- +goose Up
-- Applications of instances. origin and url are '' when nobody gave them.
CREATE TABLE application (
    arn                   TEXT PRIMARY KEY,
    instance              TEXT NOT NULL,
    account               TEXT NOT NULL,
    provider              TEXT NOT NULL,
    name                  TEXT NOT NULL,
    description           TEXT NOT NULL,
    disabled              BIGINT NOT NULL,
    hidden                BIGINT NOT NULL,
    origin                TEXT NOT NULL,
    url                   TEXT NOT NULL,
    created               BIGINT NOT NULL,
    created_from          TEXT NOT NULL,
    assignment_optional   BIGINT NOT NULL,
    no_background_session BIGINT NOT NULL
);
CREATE INDEX application_instance ON application (instance, arn);
CREATE INDEX application_account ON application (instance, account, arn);

-- Who is assigned to an application.
CREATE TABLE application_assignment (
    application    TEXT NOT NULL REFERENCES application (arn),
    principal_type TEXT NOT NULL,
    principal_id   TEXT NOT NULL,
    PRIMARY KEY (application, principal_type, principal_id)
);
CREATE INDEX application_assignment_principal ON application_assignment (principal_id, principal_type, application);

-- The access scopes, authentication methods and grants of an application: kind
-- says which, content is JSON.
CREATE TABLE application_part (
    application TEXT NOT NULL REFERENCES application (arn),
    kind        TEXT NOT NULL,
    name        TEXT NOT NULL,
    content     TEXT NOT NULL,
    PRIMARY KEY (application, kind, name)
);

-- Trusted token issuers of instances.
CREATE TABLE trusted_token_issuer (
    arn       TEXT PRIMARY KEY,
    instance  TEXT NOT NULL,
    name      TEXT NOT NULL,
    url       TEXT NOT NULL,
    claim     TEXT NOT NULL,
    attribute TEXT NOT NULL,
    retrieval TEXT NOT NULL,
    created   BIGINT NOT NULL,
    UNIQUE (instance, name),
    UNIQUE (instance, url)
);
CREATE INDEX trusted_token_issuer_instance ON trusted_token_issuer (instance, arn);

-- Requests to create something that carried a client token. result is what they
-- made.
CREATE TABLE client_token (
    account   TEXT NOT NULL,
    operation TEXT NOT NULL,
    token     TEXT NOT NULL,
    digest    TEXT NOT NULL,
    result    TEXT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (account, operation, token)
);
CREATE INDEX client_token_at ON client_token (at);
