-- What earlier runs leave for the next one to start from.
select
    max(window_end) filter (where state = 'success' and watermark and not deferred) as last_end,
    min(window_start) filter (where watermark) as first_start,
    min(window_start) filter (where state = 'success' and complete) as earliest_start,
    max(window_end) filter (where acknowledged_traits) as last_traits,
    max(window_end) filter (where state = 'success' and swept) as last_sweep
from {schema}.runs
where not dry_run
