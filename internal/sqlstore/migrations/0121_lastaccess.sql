-- +goose Up
-- When principals last used actions. principal is the id of a user or role, or
-- the account's id for its root.
CREATE TABLE last_access (
    principal TEXT   NOT NULL,
    service   TEXT   NOT NULL,
    action    TEXT   NOT NULL,
    account   TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    region    TEXT   NOT NULL,
    PRIMARY KEY (principal, service, action)
);
CREATE INDEX last_access_account ON last_access (account, service, at);
CREATE INDEX last_access_at ON last_access (at);

-- Reports of what was last used; content is JSON.
CREATE TABLE last_access_report (
    account TEXT   NOT NULL,
    id      TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    actions BIGINT NOT NULL,
    created BIGINT NOT NULL,
    content TEXT   NOT NULL,
    PRIMARY KEY (account, id)
);
CREATE INDEX last_access_report_created ON last_access_report (created);
