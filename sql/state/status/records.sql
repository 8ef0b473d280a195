-- What the memory holds of customers and users: `tied` to Startdeliver, of whom `vanished`; `unknown`, whose creation was
-- never answered; `refused` by Startdeliver, and of these `parked`.
select
    entities.entity,
    count(*) filter (where startdeliver_id is not null) as tied,
    count(*) filter (where vanished_at is not null) as vanished,
    count(*) filter (where startdeliver_id is null and key is not null) as unknown,
    (select count(*) from {schema}.refusals where refusals.entity = entities.entity) as refused,
    (select count(parked_at) from {schema}.refusals where refusals.entity = entities.entity) as parked
from unnest(array['customer', 'user']) as entities (entity)
left join {schema}.records on records.entity = entities.entity
group by entities.entity
order by entities.entity
