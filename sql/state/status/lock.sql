-- Who has, and who waits for, the right to write to Startdeliver: the advisory lock of this name.
select count(*) filter (where granted) > 0 as held, count(*) filter (where not granted) as waiting
from pg_locks
where locktype = 'advisory'
and database = (select oid from pg_database where datname = current_database())
and objsubid = 1
and (cast(classid as bigint) << 32) | cast(objid as bigint) = hashtext(:lock)
