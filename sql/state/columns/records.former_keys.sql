alter table {schema}.records add column former_keys text[] not null default '{}'
