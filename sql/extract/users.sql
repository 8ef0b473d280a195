-- The customers of SMRT: one row a user id, the newest of its copies (users.id is the user id).
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
    id as user_id,
    load_time as loaded_at,
    row_hash,
    case when id is null then 1 else copies end as copies{values}
from ranked
where rank = 1 or id is null
