-- The read model of audit. Everything here is made from the event topics and can be made again.

-- One row an event. Written by src/projections/timeline.rs only.
create table timeline (
    -- The event's id, `claims/K/3`: context, order key (or line of terms), version.
    event     text collate "C" primary key,
    context   text collate "C" not null,
    purchase  text collate "C" not null,
    version  bigint not null,
    -- The claim that it is about; empty where it is about no claim.
    claim     text collate "C" not null,
    subject   text collate "C" not null,
    at        timestamptz not null,
    recorded  timestamptz not null,
    type      text collate "C" not null,
    who       text not null,
    -- The id of the event that led to it; empty where a person or the clock did.
    cause     text collate "C" not null,
    sentence  text not null,
    -- Who may read the purchase's story because of it: the buyer's pseudonym, the shop's id.
    buyer     text collate "C" not null,
    shop      text collate "C" not null
);

create index timeline_by_purchase on timeline (purchase);

-- Why and how much: one row an event that names rules or an amount. Written by src/projections/reasons.rs only.
create table reasons (
    event     text collate "C" primary key,
    document  jsonb not null
);

-- One row a thing that is due, such as the answers of a claim or a part of a job; each time that it was set is
-- in the document. Written by src/projections/deadlines.rs only.
create table deadlines (
    deadline  text collate "C" primary key,
    kind      text collate "C" not null,
    purchase  text collate "C" not null,
    -- The claim that it is about; empty where it is about no claim.
    claim     text collate "C" not null,
    -- How many of its times are running, and how many were met and missed.
    running   bigint not null,
    met       bigint not null,
    missed    bigint not null,
    document  jsonb not null
);

create index deadlines_by_purchase on deadlines (purchase);
create index deadlines_running on deadlines (deadline) where running > 0;
create index deadlines_missed on deadlines (deadline) where missed > 0;
