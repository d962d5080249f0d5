-- +goose Up
-- One row per event. Event ids are version 7 UUIDs, so they order events by
-- time. Rows are written by the tens of thousands a second and looked up
-- seldom: only what narrows a search well has an index. (ReadOnly and
-- EventSource do not: most events match, and a walk from the newest finds them.)
CREATE TABLE audit_event (
    account       TEXT NOT NULL,
    event_id      TEXT NOT NULL,
    event_name    TEXT NOT NULL,
    event_source  TEXT NOT NULL,
    user_name     TEXT NOT NULL,
    access_key_id TEXT NOT NULL,
    read_only     TEXT NOT NULL,
    event         TEXT NOT NULL,
    PRIMARY KEY (account, event_id)
);
CREATE INDEX audit_event_name ON audit_event (account, event_name, event_id);
CREATE INDEX audit_event_user ON audit_event (account, user_name, event_id);

-- What an event is about, for the events that name a resource.
CREATE TABLE audit_resource (
    account  TEXT NOT NULL,
    name     TEXT NOT NULL,
    event_id TEXT NOT NULL,
    type     TEXT NOT NULL,
    PRIMARY KEY (account, name, event_id)
);
CREATE INDEX audit_resource_event ON audit_resource (account, event_id);
