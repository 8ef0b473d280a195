-- The stretches of load time that completed runs have read, joined where they touch.
select range_agg(tstzrange(read_from, window_end)) as windows
from {schema}.runs
where state = 'success' and complete and not deferred
