-- The read model of repair shops. Everything here is derived from recourse.jobs.events.v1 and can
-- be rebuilt.

create table jobs (
    job      text collate "C" primary key,
    claim    text collate "C" not null,
    -- Empty until the job is opened: facts from claims and settlements may arrive first.
    shop     text collate "C" not null,
    provider text collate "C" not null,
    buyer    text collate "C" not null,
    stage    text not null,
    is_open  boolean not null,
    document jsonb not null
);

create index jobs_by_shop on jobs (shop, job);
create index jobs_by_claim on jobs (claim);

create table shipments (
    shipment      text collate "C" primary key,
    job      text collate "C" not null,
    document jsonb not null
);

create index shipments_by_job on shipments (job);

create table claim_notes (
    claim    text collate "C" primary key,
    document jsonb not null
);
