-- Times are milliseconds since 1970, UTC. What lets its bearer in is kept as a
-- hash. Positions are the order in which things were first imported. The same
-- statements make both databases: BYTEA is PostgreSQL's, and SQLite keeps bytes
-- in a column of any type.

-- +goose Up
CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE users (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    name_key      TEXT NOT NULL UNIQUE, -- in lower case
    email         TEXT NOT NULL,
    password_hash TEXT NOT NULL
);

CREATE TABLE user_groups (
    id   TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

CREATE TABLE memberships (
    user_id  TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    group_id TEXT NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, group_id)
);

CREATE INDEX memberships_of_group ON memberships (group_id);

CREATE TABLE accounts (
    id       TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    email    TEXT NOT NULL,
    position BIGINT NOT NULL UNIQUE
);

CREATE TABLE permission_sets (
    id               TEXT PRIMARY KEY,
    name             TEXT NOT NULL UNIQUE,
    session_duration BIGINT NOT NULL,
    position         BIGINT NOT NULL UNIQUE
);

-- principal_id is the id of a user or of a group.
CREATE TABLE assignments (
    principal_id      TEXT NOT NULL,
    account_id        TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    permission_set_id TEXT NOT NULL REFERENCES permission_sets (id) ON DELETE CASCADE,
    PRIMARY KEY (principal_id, account_id, permission_set_id)
);

CREATE INDEX assignments_in_account ON assignments (account_id, principal_id);

CREATE TABLE clients (
    id            TEXT PRIMARY KEY,
    secret_hash   BYTEA NOT NULL,
    name          TEXT NOT NULL,
    scopes        TEXT NOT NULL, -- these three: separated by spaces
    grant_types   TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    issuer_url    TEXT NOT NULL,
    created       BIGINT NOT NULL,
    expires       BIGINT NOT NULL
);

CREATE INDEX clients_expiring ON clients (expires);

CREATE TABLE sessions (
    hash    BYTEA PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL
);

CREATE INDEX sessions_expiring ON sessions (expires);

-- session_hash is the browser session in which the grant was approved. It is
-- no reference: grants and tokens outlive the sessions.
CREATE TABLE device_grants (
    device_hash   BYTEA PRIMARY KEY,
    user_code_mac BYTEA NOT NULL UNIQUE,
    client_id     TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    start_url     TEXT NOT NULL,
    address       TEXT NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'denied', 'used')),
    user_id       TEXT REFERENCES users (id) ON DELETE CASCADE,
    session_hash  BYTEA,
    created       BIGINT NOT NULL,
    expires       BIGINT NOT NULL
);

CREATE INDEX device_grants_expiring ON device_grants (expires);
CREATE INDEX device_grants_of_client ON device_grants (client_id);

CREATE TABLE tokens (
    hash         BYTEA PRIMARY KEY,
    client_id    TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_hash BYTEA,
    created      BIGINT NOT NULL,
    expires      BIGINT NOT NULL
);

CREATE INDEX tokens_expiring ON tokens (expires);
CREATE INDEX tokens_of_client ON tokens (client_id);

CREATE TABLE role_keys (
    access_key_id TEXT PRIMARY KEY,
    token_hash    BYTEA NOT NULL,
    arn           TEXT NOT NULL,
    user_id       TEXT NOT NULL, -- AROA...:NAME, AWS's UserId
    account       TEXT NOT NULL,
    expires       BIGINT NOT NULL
);

CREATE INDEX role_keys_expiring ON role_keys (expires);

-- free_at is when the subject's tries are all forgotten again.
CREATE TABLE throttles (
    subject TEXT PRIMARY KEY,
    free_at BIGINT NOT NULL
);

CREATE INDEX throttles_free ON throttles (free_at);

-- +goose Down
DROP TABLE throttles;
DROP TABLE role_keys;
DROP TABLE tokens;
DROP TABLE device_grants;
DROP TABLE sessions;
DROP TABLE clients;
DROP TABLE assignments;
DROP TABLE permission_sets;
DROP TABLE accounts;
DROP TABLE memberships;
DROP TABLE user_groups;
DROP TABLE users;
DROP TABLE settings;
