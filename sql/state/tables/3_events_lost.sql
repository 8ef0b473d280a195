create index if not exists events_lost on {schema}.events (user_id) where name = 'Customer Lost'
