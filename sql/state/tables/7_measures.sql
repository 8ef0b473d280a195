-- What a run's stages cost: seconds, requests by purpose, answers 429, retries.
create table if not exists {schema}.measures (
    run bigint not null,
    stage text not null,
    name text not null,
    value double precision not null,
    primary key (run, stage, name)
)
