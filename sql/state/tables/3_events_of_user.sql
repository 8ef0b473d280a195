create index if not exists events_of_user on {schema}.events (user_id, happened_at)
