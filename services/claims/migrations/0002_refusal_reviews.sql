-- One row a review of a refused filing. Written by src/projections/refusal_reviews.rs only.
create table refusal_reviews (
    refusal_review text primary key collate "C",
    policy text not null collate "C",
    document jsonb not null
);

create index refusal_reviews_of_policy on refusal_reviews (policy, refusal_review);
