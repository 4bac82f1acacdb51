CREATE TABLE tallies (
    thing text PRIMARY KEY,
    counted bigint NOT NULL,
    words text[] NOT NULL,
    last timestamptz NOT NULL
);
