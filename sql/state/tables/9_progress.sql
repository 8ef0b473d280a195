-- How far the stage is that a run sends in: a row a run that sends, gone once the stage ends, however it ends.
create table if not exists {schema}.progress (
    run bigint primary key,
    stage text not null,
    done bigint not null,
    total bigint not null,
    began_at timestamptz not null,
    changed_at timestamptz not null
)
