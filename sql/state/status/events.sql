-- The events that were not taken so far: `intended` (their outcome is not known), `rejected`, and of both the parked ones.
select
    count(*) filter (where state = 'intended' and parked_at is null) as intended,
    count(*) filter (where state = 'rejected' and parked_at is null) as rejected,
    count(*) filter (where parked_at is not null) as parked
from {schema}.events
left join {schema}.refusals on entity = 'event' and key = events.id
where state <> 'sent'
and not exists (select from {schema}.forgotten where forgotten.user_id = events.user_id)
