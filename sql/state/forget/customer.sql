select key, startdeliver_id, created_here from {schema}.records where entity = 'customer' and key = :customer_key
