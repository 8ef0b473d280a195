-- The last runs that synced audiences, the newest first: those that changed something about them, or could have.
select run, finished_at
from {schema}.runs
where state = 'success' and not dry_run and exists (
    select from {schema}.measures where measures.run = runs.run and starts_with(measures.name, 'audience ')
)
order by run desc
limit :runs
