-- What Startdeliver refused and has not taken since, the latest first; `found` is how many there are in all.
-- Entities are filtered by the names that they are accounted under, as `users` and `events`.
-- `whose`: the id that its record is found by, of an event its user's.
-- A filter that is null lets everything through, and so does a limit.
select
    entity, key, field, reason, answer, tries, first_run, last_run, first_at, last_at, parked_at,
    case entity when 'event' then (select user_id from {schema}.events where id = key) else key end as whose,
    count(*) over () as found
from {schema}.refusals
where (cast(:entity as text) is null or entity || 's' = cast(:entity as text))
and (cast(:reason as text) is null or reason = cast(:reason as text))
and (cast(:parked as boolean) is null or (parked_at is not null) = cast(:parked as boolean))
order by last_at desc, entity, key
limit cast(:rows as bigint) offset :skipped
