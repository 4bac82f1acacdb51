-- One row per settlement. Written only by src/projections/settlements.rs.
create table settlements (
    settlement text primary key collate "C",
    claim text collate "C",
    policy text not null collate "C",
    buyer text not null,
    is_open boolean not null,
    document jsonb not null
);

create index settlements_of_claim on settlements (claim);
create index settlements_of_policy on settlements (policy, settlement);
create index settlements_of_buyer on settlements (buyer, settlement);
create index settlements_open on settlements (settlement) where is_open;

-- One row per payment. Written only by src/projections/payments.rs.
create table payments (
    payment text primary key collate "C",
    settlement text not null collate "C",
    state text not null,
    document jsonb not null
);

create index payments_of_settlement on payments (settlement, payment);
create index payments_owed on payments (payment) where state = 'owed';
