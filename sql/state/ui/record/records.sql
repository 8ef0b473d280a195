-- What the memory holds of a user and of their customer; where no user goes by the id, of the customer that does.
select
    entity, key, startdeliver_id, match_field, match_value, fields, created_here, customer_key, former_keys, outcome,
    vanished_at, run, acknowledged_at
from {schema}.records
where (entity = 'user' and key = :user_id)
or (
    entity = 'customer' and key = (
        select case when count(*) = 0 then cast(:user_id as text) else max(users.customer_key) end
        from {schema}.records as users
        where users.entity = 'user' and users.key = :user_id
    )
)
order by entity desc
