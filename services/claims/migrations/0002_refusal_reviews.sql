-- One row per review of a refused filing. Written only by src/projections/refusal_reviews.rs.
create table refusal_reviews (
    refusal_review text primary key collate "C",
    policy text not null collate "C",
    document jsonb not null
);

create index refusal_reviews_of_policy on refusal_reviews (policy, refusal_review);
