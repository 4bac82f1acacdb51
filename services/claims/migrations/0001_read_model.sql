-- The read model of claims, built from recourse.claims.events.v1; it can be rebuilt at any time.

create table claims (
    claim    text collate "C" primary key,
    policy   text collate "C" not null,
    provider text collate "C" not null,
    buyer    text collate "C" not null,
    stage    text collate "C" not null,
    document jsonb not null
);

create index claims_by_policy on claims (policy, claim);
create index claims_by_buyer on claims (buyer, claim);
create index claims_by_provider_and_stage on claims (provider, stage, claim);

create table coverages (
    policy   text collate "C" primary key,
    buyer    text collate "C" not null,
    document jsonb not null
);
