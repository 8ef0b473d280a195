alter table {schema}.runs add column force boolean not null default false
