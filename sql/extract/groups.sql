-- The Group calls, one row an id, the newest of its copies.
with copies as (
    select *, coalesce(loaded_at, uuid_ts, received_at) as load_time
    from {rows} as source
),

ranked as (
    select *,
        row_number() over (partition by id order by load_time desc nulls last) as rank,
        count(*) over (partition by id) as copies
    from copies
)

select
    id,
    user_id,
    group_id,
    coalesce("timestamp", load_time) as time,
    load_time as loaded_at,
    copies{values}
from ranked
where rank = 1
