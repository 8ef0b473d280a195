-- The accounting of a run: extracted = the sum of all other fates, by entity.
create table if not exists {schema}.counts (
    run bigint not null,
    stage text not null,
    entity text not null,
    fate text not null,
    reason text not null default '',
    rows bigint not null,
    primary key (run, stage, entity, fate, reason)
)
