-- The accounting of a run: extracted = the sum of all other fates, by entity. `part`: of a stage that is done in parts.
create table if not exists {schema}.counts (
    run bigint not null,
    stage text not null,
    entity text not null,
    fate text not null,
    reason text not null default '',
    rows bigint not null,
    part integer not null default 0,
    primary key (run, stage, part, entity, fate, reason)
)
