-- The last regular run that ended, and the last that succeeded; no row, where none has ended yet.
select
    run,
    state,
    message,
    succeeded_at,
    cast(extract(epoch from now() - succeeded_at) as double precision) as age_seconds
from {schema}.runs
cross join (
    select max(finished_at) as succeeded_at from {schema}.runs where watermark and state = 'success'
) as success
where watermark and state <> 'running'
order by run desc
limit 1
