-- The records that are tied and have not vanished, in order of their keys.
select key, created_here
from {schema}.records
where entity = :entity and startdeliver_id is not null and vanished_at is null and key > :after
order by key
limit :page
