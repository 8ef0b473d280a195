-- What people are told: a row each time that a subject's state changes. The first change of each is to `bad`.
-- `told`: the notifiers that have told it; `told_at`: all had. `claimed_until`: somebody is telling it.
create table if not exists {schema}.alerts (
    subject text not null,
    change bigint not null,
    bad boolean not null,
    since timestamptz not null,
    run bigint,
    title text not null,
    text text not null,
    told text[] not null default '{}',
    claimed_until timestamptz,
    told_at timestamptz,
    primary key (subject, change)
)
