-- The users whom an id names: as their own, or as that of their customer, now or before. `how` is user or customer.
-- Where no record goes by it, an event, a rejection or a wish to be forgotten may.
select key, 'user' as how from {schema}.records where entity = 'user' and key = :asked
union
select user_id as key, 'user' as how from {schema}.forgotten where user_id = :asked
union
select user_id as key, 'user' as how from {schema}.events where user_id = :asked
union
select key, 'user' as how from {schema}.rejections where entity = 'users' and key = :asked
union
select coalesce(users.key, customers.key) as key, 'customer' as how
from {schema}.records as customers
left join {schema}.records as users on users.entity = 'user' and users.customer_key = customers.key
where customers.entity = 'customer' and (customers.key = :asked or :asked = any(customers.former_keys))
order by key, how
limit :rows
