-- The time is asked for once the row is ours: others may have had it for a while.
with ours as materialized (select * from {schema}.pace for update)
select
    extract(epoch from clock_timestamp())::double precision as now,
    extract(epoch from next_at)::double precision as next_at,
    extract(epoch from held_until)::double precision as held_until,
    holds,
    hold_seconds,
    peak,
    caution,
    climbed_seconds,
    sent,
    sent_seconds,
    day - date '1970-01-01' as day,
    requests
from ours
