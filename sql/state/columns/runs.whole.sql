alter table {schema}.runs add column whole boolean
