-- +goose Up
-- Holds nothing. Writers on PostgreSQL lock it, many together or one alone: see
-- dialect_postgres.go.
CREATE TABLE writing (unused BIGINT);
