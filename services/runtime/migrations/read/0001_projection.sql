-- The tables that every read model has in addition to its own. A rebuild recreates them from the
-- log.

-- How far each partition of each topic has been projected: the next offset to read.
CREATE TABLE positions (
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL DEFAULT 0,
    log_id text NOT NULL DEFAULT '',
    PRIMARY KEY (topic, partition)
);

-- How far each stream has been read, so that a gap, a repetition or a broken chain is detected.
CREATE TABLE streams (
    stream text PRIMARY KEY,
    version bigint NOT NULL,
    hash text NOT NULL
);

-- The outcome of each command.
CREATE TABLE outcomes (
    command_id text PRIMARY KEY,
    outcome text NOT NULL CHECK (outcome IN ('accepted', 'refused', 'dead_letter')),
    context text NOT NULL,
    stream text NOT NULL,
    subject text NOT NULL,
    version bigint NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    recorded timestamptz NOT NULL,
    mac text NOT NULL,
    refusal jsonb
);
