alter table {schema}.runs add column sending_since timestamptz
