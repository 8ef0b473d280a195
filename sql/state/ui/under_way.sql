-- The runs that go on, with the stages that are done and, while one sends, how far that is.
select
    runs.run, runs.started_at, extract(epoch from now() - runs.started_at) as seconds,
    progress.stage, progress.done, progress.total,
    extract(epoch from progress.changed_at - progress.began_at) as sending_seconds,
    extract(epoch from now() - progress.changed_at) as seconds_ago,
    array(
        select measures.stage from {schema}.measures
        where measures.run = runs.run and measures.name = 'seconds'
    ) as stages_done
from {schema}.runs
left join {schema}.progress on runs.run = progress.run
where runs.state = 'running'
order by runs.run desc
