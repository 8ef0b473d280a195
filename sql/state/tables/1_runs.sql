-- One row a run of the DAG, dry ones included; `state` is running, success or failed.
-- `rules` are those of its settings whose change must not derive or send anything older anew.
-- `deferred`: its time was over before all was sent, so its window still has to be read.
-- `watermark`: a complete run of the regular kind, where the next one starts at this one's end.
-- `sending_since`: when its first stage that sends began. `guard`: which guard stopped it, or would have without `force`.
-- `declared`: its computed traits and audiences, as traits.yaml and audiences.yaml held them.
-- `whole`: it looked at everybody, and why, not just at those who may have moved; null until it decided. `buckets`: in so
-- many parts.
-- `catalog`: the tables of the warehouse as they were when it was opened, [[column, kind], ...] of each.
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
    force boolean not null default false,
    entities text[] not null,
    settings jsonb not null,
    rules jsonb not null,
    mapping text not null,
    declared jsonb not null default '{}',
    catalog jsonb not null default '{}',
    whole boolean,
    whole_because text,
    buckets integer,
    guard text,
    message text,
    started_at timestamptz not null default now(),
    sending_since timestamptz,
    finished_at timestamptz
)
