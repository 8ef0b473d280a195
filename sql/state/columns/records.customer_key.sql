alter table {schema}.records add column customer_key text
