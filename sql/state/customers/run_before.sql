-- The last run before this one that was no dry one.
select max(run) as run from {schema}.runs where run < :run and not dry_run
