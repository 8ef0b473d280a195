-- How many are kept otherwise than they should be, though nothing said that they had moved.
select count(*) as customers
from {schema}.customers
join {schema}.customers_now using (user_id)
where not exists (select from unnest(cast(:moved as text[])) as moved (id) where moved.id = customers.user_id)
and (customers.row_hash, customers.customer_key, customers.match, customers.spend, customers.due, customers.rejected)
is distinct from (
    customers_now.row_hash, customers_now.customer_key, customers_now.match, customers_now.spend, customers_now.due,
    customers_now.rejected
)
