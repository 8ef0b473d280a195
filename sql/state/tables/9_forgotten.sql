-- Who asked to be forgotten: the id alone, so that nothing of theirs is sent again.
create table if not exists {schema}.forgotten (
    user_id text primary key,
    at timestamptz not null default now()
)
