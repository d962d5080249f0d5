-- +goose Up
-- The newest credential report of each account; content is CSV.
CREATE TABLE iam_credential_report (
    account TEXT   PRIMARY KEY,
    created BIGINT NOT NULL,
    content TEXT   NOT NULL
);
