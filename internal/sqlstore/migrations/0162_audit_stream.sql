-- +goose Up
-- Segments of events that a sink has not acknowledged yet: written with the
-- segment, removed with the acknowledgement.
CREATE TABLE audit_outbox (
    sink       TEXT NOT NULL,
    last_event TEXT NOT NULL,
    account    TEXT NOT NULL,
    PRIMARY KEY (sink, last_event, account)
);
CREATE INDEX audit_outbox_segment ON audit_outbox (last_event, account);

-- Which process delivers to a sink, and until when.
CREATE TABLE audit_sink (
    name        TEXT   PRIMARY KEY,
    owner       TEXT   NOT NULL,
    owned_until BIGINT NOT NULL
);
