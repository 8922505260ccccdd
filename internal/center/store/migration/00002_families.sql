-- +goose Up

-- A family is what one person allowed one client: all access and refresh tokens
-- that came of it, which end together. Its id is the hash of the device code or
-- authorization code that it began with, so that a code that comes again ends
-- what it gave. session_hash is as in device_grants.
CREATE TABLE families (
    id           BYTEA PRIMARY KEY,
    client_id    TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_hash BYTEA,
    scopes       TEXT NOT NULL, -- separated by spaces
    created      BIGINT NOT NULL,
    expires      BIGINT NOT NULL -- nothing in it lasts longer
);

CREATE INDEX families_expiring ON families (expires);
CREATE INDEX families_of_client ON families (client_id);
CREATE INDEX families_of_user ON families (user_id);

-- used is when it was traded for the next one, NULL before.
CREATE TABLE refresh_tokens (
    hash      BYTEA PRIMARY KEY,
    family_id BYTEA NOT NULL REFERENCES families (id) ON DELETE CASCADE,
    used      BIGINT
);

CREATE INDEX refresh_tokens_of_family ON refresh_tokens (family_id);

-- Tokens from before this migration have no family.
ALTER TABLE tokens ADD COLUMN family_id BYTEA REFERENCES families (id) ON DELETE CASCADE;

CREATE INDEX tokens_of_family ON tokens (family_id);

-- An authorization code that a person allowed.
CREATE TABLE code_grants (
    code_hash    BYTEA PRIMARY KEY,
    client_id    TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_hash BYTEA NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge    TEXT NOT NULL, -- of PKCE, S256
    scopes       TEXT NOT NULL, -- separated by spaces
    status       TEXT NOT NULL CHECK (status IN ('approved', 'used')),
    created      BIGINT NOT NULL,
    expires      BIGINT NOT NULL
);

CREATE INDEX code_grants_expiring ON code_grants (expires);
CREATE INDEX code_grants_of_client ON code_grants (client_id);

-- +goose Down
DROP TABLE code_grants;
DROP INDEX tokens_of_family;
ALTER TABLE tokens DROP COLUMN family_id;
DROP TABLE refresh_tokens;
DROP TABLE families;
