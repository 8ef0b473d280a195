-- Who was looked at (`moved`: those, else everybody) and is no customer any more.
delete from {schema}.customers
where (cast(:moved as text[]) is null or user_id = any(cast(:moved as text[])))
and not exists (select from {schema}.customers_now where customers_now.user_id = customers.user_id)
