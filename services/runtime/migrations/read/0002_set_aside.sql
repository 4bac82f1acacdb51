-- Records of the log that could not be projected, each with why. Their streams stand still where they are; all others
-- go on. Made again by a rebuild, and empty after it once the mend is in.
CREATE TABLE set_aside (
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    stream text NOT NULL,
    why text NOT NULL,
    PRIMARY KEY (topic, partition, "offset")
);
