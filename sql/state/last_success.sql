-- When the last run ended that sent what it had to send.
select max(finished_at) as finished_at from {schema}.runs where state = 'success' and not dry_run
