-- How fast we may ask, as found from Startdeliver's answers, and the requests of a UTC day: one row for all workers.
create table if not exists {schema}.pace (
    next_at timestamptz not null default now(),
    held_until timestamptz not null default now(),
    holds bigint not null default 0,
    hold_seconds double precision not null default 0,
    peak double precision,
    caution double precision not null default 0,
    climbed_seconds double precision not null default 0,
    sent double precision not null default 0,
    sent_seconds double precision not null default 0,
    day date not null default '1970-01-01',
    requests bigint not null default 0
)
