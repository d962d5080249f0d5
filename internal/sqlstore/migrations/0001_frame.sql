-- +goose Up
-- What the server itself must remember: settings fixed at first start, by name.
CREATE TABLE server_setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
