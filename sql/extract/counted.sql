-- How many rows a table has, and how many of them had been loaded before two moments: if that number changes, so did
-- history.
select
    {table} as source_table,
    count(*) as rows,
    count(case when load_time < :counted_before then 1 end) as counted,
    count(case when load_time < :count_before then 1 end) as to_count
from {loads} as source
