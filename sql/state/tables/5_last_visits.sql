-- Every value of SMRT's last_visit that a run saw: `users` holds only the latest.
create table if not exists {schema}.last_visits (
    user_id text not null,
    time timestamptz not null,
    primary key (user_id, time)
)
