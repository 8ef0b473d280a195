delete from {schema}.records
where (entity = 'user' and key = :user_id) or (entity = 'customer' and key = cast(:customer_key as text))
returning key
