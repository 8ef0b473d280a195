-- The memory of events, kept for good. `state`: intended (written before it is sent), sent, or rejected.
-- `body` is what is sent; it is dropped once the event is acknowledged.
create table if not exists {schema}.events (
    id text primary key,
    name text not null,
    user_id text not null,
    happened_at timestamptz not null,
    state text not null,
    reason text,
    body jsonb,
    run bigint not null,
    changed_at timestamptz not null default now()
)
