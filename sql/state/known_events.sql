select id, state, run, parked_at is not null as parked
from {schema}.events left join {schema}.refusals on entity = 'event' and key = id
where id = any(:ids)
