-- +goose Up

-- Where the browser was when the code was allowed.
ALTER TABLE code_grants ADD COLUMN address TEXT NOT NULL DEFAULT '';

-- What a person has signed in, to list it and to end it. A device grant is
-- nobody's before somebody answers it, and its start pays for no index.
CREATE INDEX sessions_of_user ON sessions (user_id, created);
CREATE INDEX device_grants_of_user ON device_grants (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX code_grants_of_user ON code_grants (user_id);

-- +goose Down
DROP INDEX code_grants_of_user;
DROP INDEX device_grants_of_user;
DROP INDEX sessions_of_user;
ALTER TABLE code_grants DROP COLUMN address;
