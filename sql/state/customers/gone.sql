-- Who had a row in the source's `users`, and has none now.
select customers.user_id
from {schema}.customers
left join {rows} as source using (user_id)
where customers.row_hash is not null and source.user_id is null
