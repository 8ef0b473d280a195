-- Of these records those that are still there, and whether they are known to have vanished.
select key, startdeliver_id, vanished_at is not null as vanished
from {schema}.records
where entity = :entity and key = any(:keys)
