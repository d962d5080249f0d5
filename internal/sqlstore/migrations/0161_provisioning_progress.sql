-- +goose Up
-- How many pairs an operation is about, and how many of them have failed. waits
-- counts those that are left.
ALTER TABLE provisioning_operation ADD COLUMN total BIGINT NOT NULL DEFAULT 0;
ALTER TABLE provisioning_operation ADD COLUMN failed BIGINT NOT NULL DEFAULT 0;
UPDATE provisioning_operation SET total = waits WHERE waits > 0;
CREATE INDEX provisioning_operation_by_status ON provisioning_operation (kind, status, id);

-- Why an operation about many pairs failed for some.
CREATE TABLE provisioning_failure (
    operation      TEXT NOT NULL,
    account        TEXT NOT NULL,
    permission_set TEXT NOT NULL,
    reason         TEXT NOT NULL,
    PRIMARY KEY (operation, account, permission_set)
);

-- What is claimed, and what is due of the rest, without a walk over the queue.
CREATE INDEX job_by_claim ON job (queue, claimed_until, due);
