-- Requests about personal data: who, which order, until when. No personal data.
create table privacy_requests (
    request    text collate "C" primary key,
    state      text collate "C" not null,
    due        timestamptz not null,
    document   jsonb not null
);

create index on privacy_requests (state, request);
