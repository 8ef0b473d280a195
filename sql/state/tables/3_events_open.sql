create index if not exists events_open on {schema}.events (state) where state <> 'sent'
