-- How many rows a table has of each customer of whom some were loaded since `moved_since`, and (user_id null) of the
-- others; and how many had been loaded before two moments: if that number changes, so did history.
select
    case when load_time is null or load_time >= :moved_since then user_id end as user_id,
    count(*) as rows,
    count(case when load_time < :counted_before then 1 end) as counted,
    count(case when load_time < :count_before then 1 end) as to_count
from {loads} as source
group by 1
