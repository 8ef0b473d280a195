-- The tables of the memory as release 0.1.0 made them.

create table if not exists {schema}.runs (
    run bigint generated always as identity primary key,
    dag_run_id text not null,
    kind text not null,
    state text not null default 'running',
    window_start timestamptz not null,
    window_end timestamptz not null,
    read_from timestamptz not null,
    derive_from timestamptz not null,
    dry_run boolean not null,
    complete boolean not null,
    watermark boolean not null,
    history_whole boolean not null,
    sends_traits boolean not null,
    acknowledged_traits boolean not null default false,
    deferred boolean not null default false,
    swept boolean not null,
    full_resync boolean not null,
    entities text[] not null,
    settings jsonb not null,
    rules jsonb not null,
    mapping text not null,
    message text,
    started_at timestamptz not null default now(),
    finished_at timestamptz
);

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
);

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
);

create index if not exists events_lost on {schema}.events (user_id) where name = 'Customer Lost';

create index if not exists events_open on {schema}.events (state) where state <> 'sent';

create table if not exists {schema}.rejections (
    entity text not null,
    key text not null,
    field text not null default '',
    reason text not null,
    shape text,
    fingerprint bigint not null default 0,
    first_run bigint not null,
    last_run bigint not null,
    last_at timestamptz not null default now(),
    primary key (entity, key, field, reason)
);

create table if not exists {schema}.last_visits (
    user_id text not null,
    time timestamptz not null,
    primary key (user_id, time)
);

create table if not exists {schema}.counts (
    run bigint not null,
    stage text not null,
    entity text not null,
    fate text not null,
    reason text not null default '',
    rows bigint not null,
    primary key (run, stage, entity, fate, reason)
);

create table if not exists {schema}.measures (
    run bigint not null,
    stage text not null,
    name text not null,
    value double precision not null,
    primary key (run, stage, name)
);
