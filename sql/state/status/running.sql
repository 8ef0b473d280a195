-- The runs that are under way, with the stages that they have done, in all of their parts.
select
    run,
    kind,
    dry_run,
    started_at,
    cast(extract(epoch from now() - started_at) as double precision) as seconds,
    array(
        select stage from {schema}.measures
        where measures.run = runs.run and name = 'seconds'
        group by stage
        having count(*) = 1 and stage <> 'derive' and stage not like 'load_%'
        or count(*) = cast(settings ->> 'partitions' as integer)
        order by stage
    ) as done
from {schema}.runs
where state = 'running'
order by run
