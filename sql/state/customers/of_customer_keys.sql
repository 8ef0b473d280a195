-- Who belongs to these customers (accounts) of Startdeliver.
select user_id, customer_key from {schema}.customers where customer_key = any(:keys)
