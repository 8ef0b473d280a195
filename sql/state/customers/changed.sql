-- Whose row in the source's `users` is new, is not as it was, or went.
select user_id
from {rows} as source
full join {schema}.customers using (user_id)
where source.row_hash is distinct from customers.row_hash
and user_id is not null
