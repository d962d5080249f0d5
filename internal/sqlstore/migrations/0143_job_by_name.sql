-- +goose Up
-- Whether anything is to be done about a permission set.
CREATE INDEX job_by_name ON job (queue, name);
