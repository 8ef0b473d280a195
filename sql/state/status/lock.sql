-- Who has, and who waits for, the right to write to Startdeliver: the advisory lock of this name, and that of who is next.
select
    count(*) filter (where granted and key = hashtext(:lock)) > 0 as held,
    count(*) filter (where not granted) as waiting
from pg_locks
cross join lateral (select (cast(classid as bigint) << 32) | cast(objid as bigint) as key) as named
where locktype = 'advisory'
and database = (select oid from pg_database where datname = current_database())
and objsubid = 1
and key in (hashtext(:lock), hashtext(:turn))
