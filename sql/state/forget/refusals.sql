delete from {schema}.refusals
where (entity = 'user' and key = :user_id)
or (entity = 'customer' and key = cast(:customer_key as text))
or (entity = 'event' and key = any(:events))
returning key
