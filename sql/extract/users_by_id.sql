-- Some customers of SMRT by their ids: one row each, the newest of its copies (users.id is the user id).
with copies as (
    select *, row_number() over (
        partition by id order by coalesce(loaded_at, uuid_ts, received_at) desc nulls last
    ) as rank
    from {rows} as source
    where id = any(:user_ids)
)

select id as user_id{values}
from copies
where rank = 1
order by id
