-- +goose Up
-- When the account was made; of those from before, when they joined.
ALTER TABLE account ADD COLUMN created BIGINT NOT NULL DEFAULT 0;
UPDATE account SET created = joined;

-- The contact information of an account, as JSON.
CREATE TABLE account_contact (
    account TEXT PRIMARY KEY,
    content TEXT NOT NULL
);
