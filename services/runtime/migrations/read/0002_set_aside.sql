-- Records of the log that could not be projected, each with the reason. Their streams are paused at
-- their positions; all others continue. A rebuild recreates the table; with the fix deployed it is
-- then empty.
CREATE TABLE set_aside (
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    stream text NOT NULL,
    why text NOT NULL,
    PRIMARY KEY (topic, partition, "offset")
);
