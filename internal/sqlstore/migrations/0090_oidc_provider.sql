-- +goose Up
-- OpenID Connect providers of accounts. url is the issuer's without https://,
-- as in the provider's ARN; client_ids and thumbprints are JSON lists.
CREATE TABLE iam_oidc_provider (
    account     TEXT   NOT NULL,
    url         TEXT   NOT NULL,
    client_ids  TEXT   NOT NULL,
    thumbprints TEXT   NOT NULL,
    created     BIGINT NOT NULL,
    tags        TEXT   NOT NULL,
    PRIMARY KEY (account, url)
);
