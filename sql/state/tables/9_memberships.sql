-- Who is in which audience, or was, as of the last run that let it through. `change` counts entering and leaving.
create table if not exists {schema}.memberships (
    user_id text not null,
    audience text not null,
    member boolean not null,
    change bigint not null,
    run bigint not null,
    changed_at timestamptz not null default now(),
    primary key (user_id, audience)
)
