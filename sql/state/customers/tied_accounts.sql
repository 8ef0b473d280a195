-- How many customers (accounts) are tied to Startdeliver and have not vanished.
select count(*) as accounts
from {schema}.records
where entity = 'customer' and startdeliver_id is not null and vanished_at is null
