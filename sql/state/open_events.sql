-- Events that an earlier run meant to send: their outcome is unknown (intended), or they were rejected and not parked.
-- Of who was forgotten nothing is tried again, even where forgetting them could not be finished.
select id, name, user_id, happened_at, state, body, run
from {schema}.events
where state <> 'sent'
and (user_id, happened_at, id) > (:after_user, cast(:after_time as timestamptz), :after_id)
and not exists (
    select from {schema}.refusals where entity = 'event' and key = events.id and parked_at is not null
)
and not exists (select from {schema}.forgotten where forgotten.user_id = events.user_id)
order by user_id, happened_at, id
limit :page
