-- One row per policy, created when it is requested. Written only by src/projections/policies.rs.
create table policies (
    policy text primary key collate "C",
    order_id text not null collate "C",
    buyer text not null,
    stage text not null,
    document jsonb not null
);

create index policies_of_order on policies (order_id, policy);
create index policies_of_buyer on policies (buyer, policy);
