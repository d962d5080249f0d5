-- +goose Up
-- A one-time password is good until a time, and its owner has to replace it; 0
-- means a password for good.
ALTER TABLE signin_password ADD COLUMN until BIGINT NOT NULL DEFAULT 0;
