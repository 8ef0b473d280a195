-- The end of the last run that had no time for all it had to send, where none has caught up since.
select max(window_end) as until
from {schema}.runs
where state = 'success' and watermark and deferred
and window_end > coalesce((select max(window_end) from {schema}.runs where state = 'success' and watermark and not deferred), '-infinity')
