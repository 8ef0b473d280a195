insert into {schema}.customers_loaded (source_table, user_id, rows_hash)
select source_table, user_id, hash_now
from {schema}.customers_loaded_now
where user_id is not null
and hash_now is not null
and not exists (select from {schema}.forgotten where forgotten.user_id = customers_loaded_now.user_id)
