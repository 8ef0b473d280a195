-- What was counted of audiences in some runs.
select run, name, value from {schema}.measures where run = any(:runs) and starts_with(name, 'audience ')
