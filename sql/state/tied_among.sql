-- Those of the records that are tied and have not vanished.
select key, created_here
from {schema}.records
where entity = :entity and key = any(:keys) and startdeliver_id is not null and vanished_at is null
