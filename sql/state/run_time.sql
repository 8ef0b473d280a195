select extract(epoch from now() - started_at) as seconds from {schema}.runs where run = :run
