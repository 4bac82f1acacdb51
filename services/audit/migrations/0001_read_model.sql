-- The read model of audit. Everything here is made from the event topics and can be made again.

create table timeline (
    -- The event's id, `claims/K/3`: context, order key (or line of terms), version.
    event     text collate "C" primary key,
    context   text collate "C" not null,
    purchase  text collate "C" not null,
    sequence  bigint not null,
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

create table deadlines (
    deadline  text collate "C" primary key,
    kind      text not null,
    purchase  text collate "C" not null,
    subject   text collate "C" not null,
    due       timestamptz,
    is_open   boolean not null,
    met       bigint not null,
    missed    bigint not null
);

create index deadlines_by_purchase on deadlines (purchase);
