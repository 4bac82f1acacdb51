-- One row per published version of terms. Written only by src/projections/terms.rs.
create table terms (
    digest text primary key collate "C",
    line text not null collate "C",
    version bigint not null,
    document jsonb not null
);

create unique index terms_of_line on terms (line, version);
