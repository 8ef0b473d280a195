-- The customers (accounts) that Startdeliver refused, or of which nobody knows whether they were created.
select key from {schema}.refusals where entity = 'customer'
union
select key from {schema}.records where entity = 'customer' and startdeliver_id is null
