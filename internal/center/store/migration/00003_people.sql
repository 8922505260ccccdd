-- +goose Up

-- source is the sign-in method that a user is from, '' for the built-in one;
-- external_id is the user's id there, which never changes.
ALTER TABLE users ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN external_id TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN disabled BIGINT NOT NULL DEFAULT 0; -- these two: 0 or 1
ALTER TABLE users ADD COLUMN administrator BIGINT NOT NULL DEFAULT 0;

CREATE UNIQUE INDEX users_from_outside ON users (source, external_id) WHERE source <> '';

-- '' for a membership of this directory, else the method that says so at each
-- sign-in.
ALTER TABLE memberships ADD COLUMN source TEXT NOT NULL DEFAULT '';

-- The second factor of a user: a secret sealed with the server's key, and the
-- last time step that it was used at, which is not good again.
CREATE TABLE totps (
    user_id   TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    sealed    BYTEA NOT NULL,
    last_step BIGINT NOT NULL DEFAULT 0
);

ALTER TABLE permission_sets ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE permission_sets ADD COLUMN relay_state TEXT NOT NULL DEFAULT '';
ALTER TABLE permission_sets ADD COLUMN inline_policy TEXT NOT NULL DEFAULT '';
ALTER TABLE permission_sets ADD COLUMN managed_policies TEXT NOT NULL DEFAULT '[]'; -- JSON, ARNs
ALTER TABLE permission_sets ADD COLUMN tags TEXT NOT NULL DEFAULT '{}'; -- JSON

-- Where it came from, for its owner to recognise it.
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN browser TEXT NOT NULL DEFAULT '';
ALTER TABLE families ADD COLUMN address TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE families DROP COLUMN address;
ALTER TABLE sessions DROP COLUMN browser;
ALTER TABLE sessions DROP COLUMN address;
ALTER TABLE permission_sets DROP COLUMN tags;
ALTER TABLE permission_sets DROP COLUMN managed_policies;
ALTER TABLE permission_sets DROP COLUMN inline_policy;
ALTER TABLE permission_sets DROP COLUMN relay_state;
ALTER TABLE permission_sets DROP COLUMN description;
DROP TABLE totps;
ALTER TABLE memberships DROP COLUMN source;
DROP INDEX users_from_outside;
ALTER TABLE users DROP COLUMN administrator;
ALTER TABLE users DROP COLUMN disabled;
ALTER TABLE users DROP COLUMN external_id;
ALTER TABLE users DROP COLUMN source;
