-- The runs that go on, with the stages that are done in all of their parts and, while one sends, how far that is.
select
    runs.run, runs.started_at, extract(epoch from now() - runs.started_at) as seconds,
    sending.stage, sending.done, sending.total,
    extract(epoch from sending.changed_at - sending.began_at) as sending_seconds,
    extract(epoch from now() - sending.changed_at) as seconds_ago,
    array(
        select measures.stage from {schema}.measures
        where measures.run = runs.run and measures.name = 'seconds'
        group by measures.stage
        having count(*) = 1 and measures.stage <> 'derive' and measures.stage not like 'load_%'
        or count(*) = cast(runs.settings ->> 'partitions' as integer)
    ) as stages_done
from {schema}.runs
left join (
    select
        run, max(stage) as stage, cast(sum(done) as bigint) as done, cast(sum(total) as bigint) as total,
        min(began_at) as began_at, max(changed_at) as changed_at
    from {schema}.progress
    group by run
) as sending on runs.run = sending.run
where runs.state = 'running'
order by runs.run desc
