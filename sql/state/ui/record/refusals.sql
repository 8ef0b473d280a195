-- What Startdeliver refused of a user and of their customer, and has not taken since.
select entity, key, field, reason, answer, tries, first_run, last_run, last_at, parked_at
from {schema}.refusals
where (entity = 'user' and key = :user_id) or (entity = 'customer' and key = cast(:customer_key as text))
order by last_at desc, entity
