alter table {schema}.records add column vanished_at timestamptz
