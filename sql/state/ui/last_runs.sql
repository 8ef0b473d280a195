-- The last runs, the newest first, with how long each took, or takes so far.
select
    run, dag_run_id, kind, state, message, guard, dry_run, full_resync, force, deferred, window_start, window_end,
    started_at, finished_at, extract(epoch from coalesce(finished_at, now()) - started_at) as seconds
from {schema}.runs
order by run desc
limit :runs
