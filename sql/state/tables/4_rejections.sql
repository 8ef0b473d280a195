-- Every row, record or field that was rejected, with the reason; `fingerprint` tells whether the value has changed.
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
)
