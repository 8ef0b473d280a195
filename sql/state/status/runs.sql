-- The last runs, the newest first, with what became of their rows; values that were left out of rows are none.
select
    runs.run,
    kind,
    state,
    dry_run,
    deferred,
    window_start,
    window_end,
    started_at,
    finished_at,
    cast(extract(epoch from coalesce(finished_at, now()) - started_at) as double precision) as seconds,
    created,
    updated,
    sent,
    rejected,
    guard,
    message
from {schema}.runs
cross join lateral (
    select
        cast(coalesce(sum(rows) filter (where fate = 'created'), 0) as bigint) as created,
        cast(coalesce(sum(rows) filter (where fate = 'updated'), 0) as bigint) as updated,
        cast(coalesce(sum(rows) filter (where fate = 'sent'), 0) as bigint) as sent,
        cast(coalesce(sum(rows) filter (where fate = 'rejected'), 0) as bigint) as rejected
    from {schema}.counts
    where counts.run = runs.run and entity not like '% values'
) as became
order by run desc
limit :shown
