-- +goose Up

-- One row that whoever changes the directory writes first: changes wait for each
-- other there, and a plan made of an older directory is noticed.
CREATE TABLE directory_head (
    id      BIGINT PRIMARY KEY CHECK (id = 1),
    version BIGINT NOT NULL
);

INSERT INTO directory_head (id, version) VALUES (1, 1);

-- +goose Down
DROP TABLE directory_head;
