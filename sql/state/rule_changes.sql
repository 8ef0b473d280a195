-- The rules of the regular runs, one row a change: in force from `since` on, the end of the last run before it.
select since, rules
from (
    select
        run,
        rules,
        lag(window_end) over (order by run) as since,
        rules is distinct from lag(rules) over (order by run) as changed
    from {schema}.runs
    where state = 'success' and watermark and not deferred
) as changes
where changed
order by run
