-- +goose Up
-- Events are written by the tens of thousands a second and looked up seldom, so
-- they are kept in segments: what one flush wrote for one account within a
-- minute. Event ids are version 7 UUIDs, so they order events by time.
CREATE TABLE audit_segment (
    account     TEXT NOT NULL,
    last_event  TEXT NOT NULL,
    first_event TEXT NOT NULL,
    events      TEXT NOT NULL,
    PRIMARY KEY (account, last_event)
);
CREATE INDEX audit_segment_age ON audit_segment (last_event);

-- Which segments hold an event of an attribute's value. Attributes that most
-- events share have no terms: a walk from the newest finds them.
CREATE TABLE audit_term (
    account    TEXT NOT NULL,
    attribute  TEXT NOT NULL,
    value      TEXT NOT NULL,
    last_event TEXT NOT NULL,
    PRIMARY KEY (account, attribute, value, last_event)
);
CREATE INDEX audit_term_age ON audit_term (last_event);
