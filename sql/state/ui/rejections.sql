-- What was rejected before it was sent, the latest first; `found` is how many there are in all.
-- `whose`: the id that its record is found by, of an event its user's, where the memory has the event.
-- A filter that is null lets everything through, and so does a limit.
select
    entity, key, field, reason, shape, first_run, last_run, last_at,
    case
        when entity in ('users', 'customers') then key
        else (select user_id from {schema}.events where id = key)
    end as whose,
    count(*) over () as found
from {schema}.rejections
where (cast(:entity as text) is null or entity = cast(:entity as text))
and (cast(:reason as text) is null or reason = cast(:reason as text))
order by last_at desc, entity, key, field, reason
limit cast(:rows as bigint) offset :skipped
