-- The tables of the memory to which we lack a right that a run needs.
select tablename as table
from pg_tables
cross join lateral (select cast(format('%I.%I', schemaname, tablename) as regclass) as id) as named
where schemaname = :schema
and not (
    has_table_privilege(id, 'select') and has_table_privilege(id, 'insert')
    and has_table_privilege(id, 'update') and has_table_privilege(id, 'delete')
)
order by tablename
