-- Of each entity, what the last successful regular run of seven days rejected that decided on at least :few of its rows.
-- What an earlier run had decided on, what was skipped, and values that were left out of rows do not count.
with decided as (
    select
        counts.run,
        counts.entity,
        coalesce(sum(counts.rows) filter (where counts.fate = 'rejected'), 0)::bigint as rejected,
        sum(counts.rows)::bigint as decided,
        string_agg(counts.reason || ' ' || counts.rows, ', ' order by counts.rows desc)
            filter (where counts.fate = 'rejected') as reasons
    from {schema}.counts
    inner join {schema}.runs on counts.run = runs.run
    where
        runs.watermark and runs.state = 'success' and runs.finished_at > now() - interval '7 days'
        and counts.fate in ('created', 'updated', 'deleted', 'unchanged', 'sent', 'rejected')
        and counts.entity not like '% values'
    group by counts.run, counts.entity
)

select distinct on (entity) entity, rejected, decided, coalesce(reasons, '') as reasons
from decided
where decided >= :few
order by entity, run desc
