-- +goose Up
-- The durable queues. A job is claimed while claimed_until is in the future.
CREATE TABLE job (
    queue         TEXT NOT NULL,
    lane          TEXT NOT NULL,
    name          TEXT NOT NULL,
    version       BIGINT NOT NULL,
    attempts      BIGINT NOT NULL,
    due           BIGINT NOT NULL,
    owner         TEXT NOT NULL,
    claimed_until BIGINT NOT NULL,
    PRIMARY KEY (queue, lane, name)
);
CREATE INDEX job_by_due ON job (queue, due);
