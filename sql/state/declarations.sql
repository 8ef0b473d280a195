-- What was synced before, what was taken out included.
select key, name, field, rule, declared from {schema}.declarations
