-- +goose Up
-- A policy document is stored once, under the hex SHA-256 of its text.
CREATE TABLE policy_document (
    hash TEXT PRIMARY KEY,
    text TEXT NOT NULL
);
