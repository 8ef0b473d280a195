-- What a run made of these records; those that it did not get to are not among them.
select key, outcome as fate, '' as reason
from {schema}.records
where entity = :entity and key = any(:keys) and run = :run and startdeliver_id is not null and outcome is not null
union all
select key, 'rejected' as fate, reason
from {schema}.refusals
where entity = :entity and key = any(:keys) and last_run = :run
