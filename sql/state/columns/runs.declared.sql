alter table {schema}.runs add column declared jsonb not null default '{}'
