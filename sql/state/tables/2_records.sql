-- What Startdeliver has acknowledged of each customer and user. `fields` holds a fingerprint a field, never a value.
-- A row without startdeliver_id is an intent: its create was about to be sent, and nobody knows yet what came of it.
create table if not exists {schema}.records (
    entity text not null,
    key text not null,
    startdeliver_id bigint,
    match_field text not null,
    match_value text not null,
    fingerprint bigint,
    fields jsonb not null default '{}',
    created_here boolean not null default false,
    run bigint not null,
    acknowledged_at timestamptz not null default now(),
    primary key (entity, key),
    unique (entity, startdeliver_id)
)
