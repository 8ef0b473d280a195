-- What Startdeliver has acknowledged of each customer and user. `fields` holds a fingerprint a field, never a value.
-- `outcome` is what the run that acknowledged it last made of it; `customer_key` a user's customer; `former_keys` those
-- that a customer had before; `vanished_at` when the source lost it.
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
    customer_key text,
    former_keys text[] not null default '{}',
    outcome text,
    vanished_at timestamptz,
    run bigint not null,
    acknowledged_at timestamptz not null default now(),
    primary key (entity, key),
    unique (entity, startdeliver_id)
)
