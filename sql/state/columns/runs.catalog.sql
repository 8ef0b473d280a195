alter table {schema}.runs add column catalog jsonb not null default '{}'
