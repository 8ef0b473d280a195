alter table {schema}.runs add column whole_because text
