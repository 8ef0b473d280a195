-- How much of the change that the last run of this entity (customers or users) counted it may have left undone: as many
-- records as were refused, or as it did not get to.
select name, least(value, undone.records) as value
from (
    select max(run) as run from {schema}.runs where run < :run and acknowledged_traits and :entity = any(entities)
) as last
join {schema}.measures using (run)
cross join lateral (
    select coalesce(sum(rows), 0) as records from {schema}.counts
    where counts.run = last.run and stage like 'load_%'
    and entity = case when name like '% vanished' then 'vanished ' || :entity else :entity end
    and (fate = 'rejected' or reason in ('deferred', 'aborted'))
) as undone
where measures.stage = 'plan' and starts_with(name, :entity || ' ')
