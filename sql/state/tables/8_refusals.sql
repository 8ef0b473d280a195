-- What Startdeliver refused: tried again by each run until it takes it, or until it is parked. A row goes once it was taken.
-- `entity` is customer, user or event; `key` its key in `records`, or the event's id. `tries` counts runs.
create table if not exists {schema}.refusals (
    entity text not null,
    key text not null,
    fingerprint bigint not null,
    reason text not null,
    field text not null,
    answer text,
    tries integer not null default 1,
    first_run bigint not null,
    first_at timestamptz not null default now(),
    last_run bigint not null,
    last_at timestamptz not null default now(),
    parked_at timestamptz,
    primary key (entity, key)
)
