-- What a run's stages, or their parts, cost: seconds, requests by purpose, answers 429, retries.
create table if not exists {schema}.measures (
    run bigint not null,
    stage text not null,
    name text not null,
    value double precision not null,
    part integer not null default 0,
    primary key (run, stage, part, name)
)
