-- What Startdeliver refused and has not taken since, the latest first.
select entity, key, field, reason, answer, tries, first_at, last_at, parked_at
from {schema}.refusals
where parked_at is not null or not :parked
order by last_at desc, entity, key
