-- The last run that succeeded and was meant to send all there was, and how long ago it ended.
select run, finished_at, window_end, extract(epoch from now() - finished_at) as seconds
from {schema}.runs
where state = 'success' and complete
order by finished_at desc
limit 1
