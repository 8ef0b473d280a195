-- Whose row in the source's `users` is new, or is not as it was.
select source.user_id
from {rows} as source
left join {schema}.customers using (user_id)
where source.user_id is not null
and (customers.user_id is null or customers.row_hash is distinct from source.row_hash)
