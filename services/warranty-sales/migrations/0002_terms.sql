-- One row a published version of terms. Written by src/projections/terms.rs only.
create table terms (
    digest text primary key collate "C",
    line text not null collate "C",
    version bigint not null,
    document jsonb not null
);

create unique index terms_of_line on terms (line, version);
