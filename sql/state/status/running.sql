-- The runs that are under way, with the stages that they have done.
select
    run,
    kind,
    dry_run,
    started_at,
    cast(extract(epoch from now() - started_at) as double precision) as seconds,
    array(select stage from {schema}.measures where measures.run = runs.run and name = 'seconds' order by stage) as done
from {schema}.runs
where state = 'running'
order by run
