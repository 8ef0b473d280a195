-- The customer of SMRT whose row was loaded last, but for some.
select id as user_id
from {rows} as source
where id is not null and id <> all(:forgotten)
order by coalesce(loaded_at, uuid_ts, received_at) desc nulls last, id
limit 1
