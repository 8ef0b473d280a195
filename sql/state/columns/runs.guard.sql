alter table {schema}.runs add column guard text
