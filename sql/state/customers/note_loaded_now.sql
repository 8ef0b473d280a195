-- What was loaded since `looked_back_to`, or nobody knows when; `started_at` is the end of the run before, and the next
-- one looks back to `look_back_to`. Made anew as a whole: PostgreSQL shares the reading out among its workers for a new
-- table, not for an insert.
create unlogged table {schema}.customers_loaded_now as
select
    source_table,
    user_id,
    bool_or(load_time is null or load_time >= :started_at) as is_new,
    sum(case when load_time < :started_at then row_hash end) as hash_before,
    sum(case when load_time >= :look_back_to and load_time < :ended_at then row_hash end) as hash_now
from {rows} as source
where (load_time < :looked_back_to) is not true
group by source_table, user_id
