-- What is usual: the medians of what the last five complete runs counted that synced customers and users.
-- With a run that was forced past a guard the usual begins anew, even if that run failed later: its change is meant.
with comparable as (
    select run, force and guard is not null as forced
    from {schema}.runs
    where run < :run and complete and sends_traits and (state = 'success' or force and guard is not null)
)

select name, percentile_cont(0.5) within group (order by value) as value
from {schema}.measures
where stage in ('extract', 'plan') and run in (
    select run from comparable
    where run >= coalesce((select max(run) from comparable where forced), 0)
    order by run desc
    limit 5
)
group by name
