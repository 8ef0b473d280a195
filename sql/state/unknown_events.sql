-- Those of some events that the memory does not hold; nearly always none, though nearly all events may be asked for.
select id
from unnest(cast(:ids as text[])) as asked (id)
where not exists (select from {schema}.events where events.id = asked.id)
