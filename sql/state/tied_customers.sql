-- Those of these customers that are tied to Startdeliver, and whether they have vanished.
select key, vanished_at is not null as vanished
from {schema}.records
where entity = 'customer' and key = any(:keys) and startdeliver_id is not null
