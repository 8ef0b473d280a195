-- How far the stage is that a run sends in: a row a part that sends, gone once the part ends, however it ends.
create table if not exists {schema}.progress (
    run bigint not null,
    stage text not null,
    done bigint not null,
    total bigint not null,
    began_at timestamptz not null,
    changed_at timestamptz not null,
    part integer not null default 0,
    primary key (run, part)
)
