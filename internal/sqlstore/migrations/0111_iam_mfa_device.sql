-- +goose Up
-- Virtual MFA devices. serial is the device's ARN; user_id is '' while it is
-- nobody's. step is the newest time step whose code was used, drift how many
-- steps its clock is off; wrong counts codes that did not fit since the last
-- that did, wrong_at is when the last of them came.
CREATE TABLE iam_mfa_device (
    serial   TEXT   PRIMARY KEY,
    account  TEXT   NOT NULL,
    sealed   TEXT   NOT NULL,
    tags     TEXT   NOT NULL,
    created  BIGINT NOT NULL,
    user_id  TEXT   NOT NULL,
    enabled  BIGINT NOT NULL,
    step     BIGINT NOT NULL,
    drift    BIGINT NOT NULL,
    wrong    BIGINT NOT NULL,
    wrong_at BIGINT NOT NULL
);
CREATE INDEX iam_mfa_device_account ON iam_mfa_device (account, serial);
CREATE INDEX iam_mfa_device_user ON iam_mfa_device (user_id, serial) WHERE user_id <> '';
