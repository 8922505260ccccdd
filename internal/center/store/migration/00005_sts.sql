-- +goose Up

-- What the credentials of a role are is in their session token: nothing is kept.
DROP TABLE role_keys;

-- +goose Down
CREATE TABLE role_keys (
    access_key_id TEXT PRIMARY KEY,
    token_hash    BYTEA NOT NULL,
    arn           TEXT NOT NULL,
    user_id       TEXT NOT NULL,
    account       TEXT NOT NULL,
    expires       BIGINT NOT NULL
);

CREATE INDEX role_keys_expiring ON role_keys (expires);
