alter table {schema}.runs add column buckets integer
