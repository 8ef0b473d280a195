-- What is rejected of customers goes by the user's id or by the customer's key.
delete from {schema}.rejections
where (entity = 'users' and key = :user_id)
or (entity = 'customers' and key in (:user_id, cast(:customer_key as text)))
or (entity not in ('users', 'customers') and key = any(:events))
returning key
