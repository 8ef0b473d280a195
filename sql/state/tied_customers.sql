-- Those of these customers that are tied to Startdeliver and have not vanished.
select key, created_here
from {schema}.records
where entity = 'customer' and key = any(:keys) and startdeliver_id is not null and vanished_at is null
