-- What of a user, of their customer and of some events was rejected before it was sent, the latest first.
-- What is rejected of customers goes by the user's id or by the customer's key.
select entity, key, field, reason, shape, first_run, last_run, last_at
from {schema}.rejections
where (entity = 'users' and key = :user_id)
or (entity = 'customers' and key in (:user_id, cast(:customer_key as text)))
or (
    entity not in ('users', 'customers') and (
        key = any(cast(:event_ids as text[]))
        or key in (select id from {schema}.events where user_id = :user_id and state = 'rejected')
    )
)
order by last_at desc, entity, key, field, reason
limit :rows
