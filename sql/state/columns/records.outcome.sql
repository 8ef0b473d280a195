alter table {schema}.records add column outcome text
