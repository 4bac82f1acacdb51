-- The read model of order-intake, built from recourse.orders.events.v1. It can be rebuilt at any
-- time.

create table orders (
    order_id    text collate "C" primary key,
    marketplace text collate "C" not null,
    number      text not null,
    buyer       text collate "C" not null,
    stage       text not null,
    placed_at   timestamptz not null,
    document    jsonb not null
);

create index orders_by_buyer on orders (buyer, order_id);
create index orders_by_number on orders (marketplace, number);

create table disputes (
    dispute  text collate "C" primary key,
    order_id text collate "C" not null,
    state    text not null,
    document jsonb not null
);

create index disputes_by_order on disputes (order_id, dispute);

-- Facts that wait for an earlier one, and kept facts that were refused in the end.
create table kept_facts (
    order_id text collate "C" primary key,
    waiting  integer not null,
    document jsonb not null
);

create index kept_facts_waiting on kept_facts (order_id) where waiting > 0;
