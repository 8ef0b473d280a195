-- The events of one table, one row an id, with what came of it (semantics.md, Accepted rows).
-- Rows of one id are one event: loaded when its first acceptable copy was, with the content of the latest acceptable
-- copy. `reason` says why none is acceptable. `copies` counts the rows of this id that were loaded in the window.
with copies as (
    select *, coalesce(loaded_at, uuid_ts, received_at) as load_time
    from {rows} as source
),

judged as (
    select *,
        case
            when user_id is null then 'anonymous'
            when id is null then 'no_id'
            when "timestamp" is null then 'no_timestamp'
            when load_time is null then 'no_load_time'
            when "timestamp" > load_time + :max_clock_skew then 'future_timestamp'
            when "timestamp" < :min_event_time then 'ancient_timestamp'
        end as reason,
        case when load_time is null or load_time >= :read_from and load_time < :read_until then 1 else 0 end as in_window
    from copies
),

ranked as (
    select *,
        row_number() over (
            partition by id
            order by case when reason is null then 0 else 1 end, load_time desc nulls last, "timestamp" desc nulls last
        ) as rank,
        min(case when reason is null then load_time end) over (partition by id) as first_accepted,
        min(load_time) over (partition by id) as first_loaded,
        sum(in_window) over (partition by id) as copies_in_window
    from judged
)

select
    id,
    user_id,
    name,
    "timestamp" as time,
    case when id is null then load_time else coalesce(first_accepted, first_loaded) end as loaded_at,
    reason,
    case when id is null then in_window else copies_in_window end as copies{values}
from ranked
where rank = 1 or id is null
