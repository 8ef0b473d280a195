-- The tables of a schema, among those named, that we may not read.
select relname as table
from pg_class join pg_namespace on pg_namespace.oid = relnamespace
where nspname = :schema and relname = any(:tables)
and not (has_schema_privilege(pg_namespace.oid, 'usage') and has_table_privilege(pg_class.oid, 'select'))
order by relname
