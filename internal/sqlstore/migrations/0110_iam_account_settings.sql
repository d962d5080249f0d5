-- +goose Up
-- The names of accounts: one for each, and each once in the installation.
CREATE TABLE iam_account_alias (
    alias   TEXT PRIMARY KEY,
    account TEXT NOT NULL
);
CREATE UNIQUE INDEX iam_account_alias_account ON iam_account_alias (account);

-- What an account has decided: its password policy (JSON, '' for none), and
-- which tokens the global endpoint of STS gives (0 for AWS's default).
CREATE TABLE iam_account_setting (
    account         TEXT   PRIMARY KEY,
    password_policy TEXT   NOT NULL,
    token_version   BIGINT NOT NULL
);

-- Passwords of users for the console; user_id '' is the account's root, whose
-- verifier is ''. earlier is JSON: verifiers of passwords before, newest first.
CREATE TABLE iam_login_profile (
    account        TEXT   NOT NULL,
    user_id        TEXT   NOT NULL,
    verifier       TEXT   NOT NULL,
    earlier        TEXT   NOT NULL,
    reset_required BIGINT NOT NULL,
    created        BIGINT NOT NULL,
    changed        BIGINT NOT NULL,
    PRIMARY KEY (account, user_id)
);
