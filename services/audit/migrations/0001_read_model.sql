-- The read model of audit. Everything here is derived from the event topics and can be rebuilt.

-- One row per event. Written only by src/projections/timeline.rs.
create table timeline (
    -- The event's id, such as `claims/K/3`: context, order key (or terms line), version.
    event     text collate "C" primary key,
    context   text collate "C" not null,
    purchase  text collate "C" not null,
    version  bigint not null,
    -- The claim that the event concerns; empty if none.
    claim     text collate "C" not null,
    subject   text collate "C" not null,
    at        timestamptz not null,
    recorded  timestamptz not null,
    type      text collate "C" not null,
    who       text not null,
    -- The id of the event that caused this one; empty if a person or the clock did.
    cause     text collate "C" not null,
    sentence  text not null,
    -- Who may read the purchase's timeline because of this event: the buyer's pseudonym, the shop's
    -- id.
    buyer     text collate "C" not null,
    shop      text collate "C" not null
);

create index timeline_by_purchase on timeline (purchase);

-- Why and how much: one row per event that names rules or an amount. Written only by
-- src/projections/reasons.rs.
create table reasons (
    event     text collate "C" primary key,
    document  jsonb not null
);

-- One row per obligation, such as the answers of a claim or a part of a job. The document lists
-- each deadline that was set for it. Written only by src/projections/deadlines.rs.
create table deadlines (
    deadline  text collate "C" primary key,
    kind      text collate "C" not null,
    purchase  text collate "C" not null,
    -- The claim that the deadlines concern; empty if none.
    claim     text collate "C" not null,
    -- How many of its deadlines are running, were met and were missed.
    running   bigint not null,
    met       bigint not null,
    missed    bigint not null,
    document  jsonb not null
);

create index deadlines_by_purchase on deadlines (purchase);
create index deadlines_running on deadlines (deadline) where running > 0;
create index deadlines_missed on deadlines (deadline) where missed > 0;
