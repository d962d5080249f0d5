-- +goose Up
-- The MFA settings of an identity store, as JSON.
CREATE TABLE mfa_settings (
    store    TEXT PRIMARY KEY,
    settings TEXT NOT NULL
);

-- What users prove themselves with. name_key is the lower-case name. Of an
-- authenticator app, seed is sealed and step is the time step whose code was
-- accepted last; of a WebAuthn device, credential is the base64url of its
-- credential's id, counter that of its signatures, and record JSON.
CREATE TABLE mfa_device (
    id         TEXT PRIMARY KEY,
    user_id    TEXT NOT NULL,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    added      BIGINT NOT NULL,
    used       BIGINT NOT NULL,
    blocked    BIGINT NOT NULL,
    seed       TEXT NOT NULL,
    step       BIGINT NOT NULL,
    credential TEXT NOT NULL,
    counter    BIGINT NOT NULL,
    record     TEXT NOT NULL
);
CREATE UNIQUE INDEX mfa_device_by_name ON mfa_device (user_id, name_key);
CREATE UNIQUE INDEX mfa_device_by_credential ON mfa_device (credential) WHERE credential <> '';

-- Questions that wait for their answer.
CREATE TABLE mfa_pending (
    question TEXT PRIMARY KEY,
    user_id  TEXT NOT NULL,
    sealed   TEXT NOT NULL,
    expires  BIGINT NOT NULL
);
CREATE INDEX mfa_pending_by_expiry ON mfa_pending (expires);

-- Browsers that users trust, by the hex SHA-256 of the token they keep.
CREATE TABLE mfa_trust (
    token   TEXT NOT NULL,
    user_id TEXT NOT NULL,
    network TEXT NOT NULL,
    browser TEXT NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (token, user_id, network)
);
CREATE INDEX mfa_trust_by_user ON mfa_trust (user_id);
CREATE INDEX mfa_trust_by_expiry ON mfa_trust (expires);

-- Codes that were entered in vain, and letters that were sent.
CREATE TABLE mfa_guesses (
    name         TEXT PRIMARY KEY,
    failures     BIGINT NOT NULL,
    since        BIGINT NOT NULL,
    locked_until BIGINT NOT NULL
);
CREATE INDEX mfa_guesses_by_since ON mfa_guesses (since);

-- Users who may register a device at their next sign-in, whatever the settings say.
CREATE TABLE mfa_permit (
    user_id TEXT PRIMARY KEY,
    expires BIGINT NOT NULL
);
CREATE INDEX mfa_permit_by_expiry ON mfa_permit (expires);
