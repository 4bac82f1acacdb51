-- One row a policy, from the first wish for it on. Written by src/projections/policies.rs only.
create table policies (
    policy text primary key collate "C",
    order_id text not null collate "C",
    buyer text not null,
    stage text not null,
    document jsonb not null
);

create index policies_of_order on policies (order_id, policy);
create index policies_of_buyer on policies (buyer, policy);
