-- The users of a customer; `found` is how many there are in all.
select key, count(*) over () as found
from {schema}.records
where entity = 'user' and customer_key = :customer_key
order by key
limit :rows
