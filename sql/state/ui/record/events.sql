-- A user's events, the latest first; `found` is how many there are in all. What Startdeliver said of one is beside it.
select
    events.id, events.name, events.happened_at, events.state, events.reason, events.run, events.changed_at,
    refusals.reason as refused, refusals.answer, refusals.tries, refusals.parked_at, count(*) over () as found
from {schema}.events
left join {schema}.refusals on refusals.entity = 'event' and refusals.key = events.id
where events.user_id = :user_id
order by events.happened_at desc, events.id
limit :rows offset :skipped
