-- +goose Up
-- Clients of the OIDC service. Lists are JSON; secrets, codes and tokens are
-- hex SHA-256 throughout.
CREATE TABLE oidc_client (
    id          TEXT PRIMARY KEY,
    secret_hash TEXT NOT NULL,
    name        TEXT NOT NULL,
    scopes      TEXT NOT NULL,
    grants      TEXT NOT NULL,
    redirects   TEXT NOT NULL,
    instance    TEXT NOT NULL,
    created     BIGINT NOT NULL,
    expires     BIGINT NOT NULL
);
CREATE INDEX oidc_client_by_expiry ON oidc_client (expires);

-- Device authorizations; session_id is '' until a person decided.
CREATE TABLE oidc_device (
    code_hash      TEXT PRIMARY KEY,
    user_code_hash TEXT NOT NULL UNIQUE,
    client_id      TEXT NOT NULL,
    state          TEXT NOT NULL,
    session_id     TEXT NOT NULL,
    created        BIGINT NOT NULL,
    expires        BIGINT NOT NULL,
    due            BIGINT NOT NULL,
    source_ip      TEXT NOT NULL,
    user_agent     TEXT NOT NULL
);
CREATE INDEX oidc_device_by_expiry ON oidc_device (expires);

-- Wrong user codes by the person who typed them.
CREATE TABLE oidc_guesses (
    user_id TEXT PRIMARY KEY,
    wrong   BIGINT NOT NULL,
    since   BIGINT NOT NULL
);
CREATE INDEX oidc_guesses_by_since ON oidc_guesses (since);

-- Authorization codes; used is 0 until one is redeemed.
CREATE TABLE oidc_code (
    hash         TEXT PRIMARY KEY,
    client_id    TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge    TEXT NOT NULL,
    session_id   TEXT NOT NULL,
    family       TEXT NOT NULL,
    expires      BIGINT NOT NULL,
    used         BIGINT NOT NULL
);
CREATE INDEX oidc_code_by_expiry ON oidc_code (expires);

-- Access and refresh tokens. The tokens of one authorization are one family;
-- each refresh leads to the next generation.
CREATE TABLE oidc_token (
    hash       TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,
    family     TEXT NOT NULL,
    generation BIGINT NOT NULL,
    client_id  TEXT NOT NULL,
    session_id TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    expires    BIGINT NOT NULL,
    used       BIGINT NOT NULL,
    revoked    BIGINT NOT NULL
);
CREATE INDEX oidc_token_by_family ON oidc_token (family, generation);
CREATE INDEX oidc_token_by_expiry ON oidc_token (expires);
