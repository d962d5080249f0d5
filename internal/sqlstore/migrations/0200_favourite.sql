-- +goose Up
-- What people marked in the access portal, and the roles they took last there.
CREATE TABLE favourite_account (
    user_id TEXT NOT NULL,
    account TEXT NOT NULL,
    marked  BIGINT NOT NULL,
    PRIMARY KEY (user_id, account)
);

CREATE TABLE recent_role (
    user_id TEXT NOT NULL,
    account TEXT NOT NULL,
    name    TEXT NOT NULL,
    taken   BIGINT NOT NULL,
    PRIMARY KEY (user_id, account, name)
);
