-- +goose Up

-- What happened, in a chain: hash is an HMAC over the other columns and the hash
-- before. Rows are only ever added, by whoever has the head's row.
CREATE TABLE audit_records (
    seq        BIGINT PRIMARY KEY, -- from 1, without gaps
    at         BIGINT NOT NULL,
    request_id TEXT NOT NULL,
    action     TEXT NOT NULL,
    outcome    TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    user_name  TEXT NOT NULL,
    client     TEXT NOT NULL,
    address    TEXT NOT NULL,
    details    TEXT NOT NULL, -- JSON
    hash       BYTEA NOT NULL
);

-- The end of the chain, one row: without it nobody would miss the last records.
CREATE TABLE audit_head (
    id   BIGINT PRIMARY KEY CHECK (id = 1),
    seq  BIGINT NOT NULL,
    hash BYTEA -- NULL before the first record
);

INSERT INTO audit_head (id, seq) VALUES (1, 0);

-- +goose Down
DROP TABLE audit_head;
DROP TABLE audit_records;
