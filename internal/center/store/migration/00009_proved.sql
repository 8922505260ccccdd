-- +goose Up

-- When the person last showed who they are, which for somebody from a provider
-- can be long before the session began; 0 where nobody can say. So it is for the
-- sessions from before this migration: they go on, and are asked once more before
-- they allow anything.
ALTER TABLE sessions ADD COLUMN proved BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE sessions DROP COLUMN proved;
