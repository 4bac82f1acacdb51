-- The writer's own cache of its folds. The log is the source of truth: the cache can be dropped and
-- folded again from it.

-- How far each partition has been folded. `epoch` identifies the owner: every takeover
-- increments it.
CREATE TABLE positions (
    context text NOT NULL,
    partition integer NOT NULL,
    fold_version bigint NOT NULL,
    log_id text NOT NULL DEFAULT '',
    "offset" bigint NOT NULL DEFAULT 0,
    head text NOT NULL DEFAULT '',
    epoch bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (context, partition, fold_version)
);

-- One row per stream. `state` is JSON as bytes; only the writer reads it.
CREATE TABLE states (
    context text NOT NULL,
    partition integer NOT NULL,
    fold_version bigint NOT NULL,
    key text NOT NULL,
    state bytea NOT NULL,
    version bigint NOT NULL,
    wake_at timestamptz,
    PRIMARY KEY (context, partition, fold_version, key)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- Compressing a state costs more than writing it.
ALTER TABLE states ALTER COLUMN state SET STORAGE EXTERNAL;

CREATE INDEX states_by_wake_at ON states (context, partition, fold_version, wake_at, key)
    WHERE wake_at IS NOT NULL;
