-- What a marketplace reported about an order, and what became of each fact.
create table facts (
    order_id text collate "C" primary key,
    document jsonb not null
);

-- Grants of access to an order as its buyer, by the command that asked for each.
create table buyer_access (
    command_id text collate "C" primary key,
    order_id   text collate "C" not null,
    document   jsonb not null
);
