-- Of whom rows were loaded since the run before, or are not as it saw them.
select distinct user_id
from {schema}.customers_loaded
full join {schema}.customers_loaded_now using (source_table, user_id)
where user_id is not null and (is_new or hash_before is distinct from rows_hash)
