-- The customers that these users were tied to.
select key, customer_key from {schema}.records where entity = 'user' and key = any(:keys) and customer_key is not null
