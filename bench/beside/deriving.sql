-- The rules of visits, lapses, ranks and computed traits, in the zone UTC. Times are microseconds since 1970.
create table events as
select *, time_us // 86400000000 as day from '{events}' where time_us < {end};

create table visits as
select user_id, time_us, case place when 0 then 'Pickup Completed' when 1 then 'Order Created' else 'Order Returned' end as source
from (
    select user_id, day, min(time_us) as time_us, arg_min(place, time_us * 4 + place) as place
    from (
        select *, case name when 'Pickup Completed' then 0 when 'Order Created' then 1 else 2 end as place from events
    )
    where day * 86400000000 + 172800000000 > {start}
    group by user_id, day
)
where time_us >= {start};

-- A cycle begins with the first day, then with each first day that is {cycle} or more after one.
create table days as
select user_id, name, day,
    min(day) over (
        partition by user_id, name order by day range between {cycle} following and unbounded following
    ) as next_day
from (select distinct user_id, name, day from events where name in ('Order Created', 'Pickup Completed'));

create table cycles as
with recursive starts as (
    select user_id, name, min(day) as day from days group by user_id, name
    union all
    select starts.user_id, starts.name, days.next_day
    from starts join days using (user_id, name, day)
    where days.next_day is not null
)
select user_id, name, day,
    count(gap) over last_gaps as gaps,
    median(gap) over last_gaps as middle
from (select *, day - lag(day) over (partition by user_id, name order by day) as gap from starts)
window last_gaps as (partition by user_id, name order by day rows between 9 preceding and current row);

create table thresholds as
with visit_days as (
    select user_id, day, lead(day) over (partition by user_id order by day) as next_day
    from (select distinct user_id, day from events)
),
rhythms as (
    select visit.user_id, visit.day, visit.next_day,
        case when orders.day is not null then case when orders.gaps >= 3 then orders.middle end
            else case when pickups.gaps >= 3 then pickups.middle end end as cadence
    from visit_days as visit
    asof left join (select * from cycles where name = 'Order Created') as orders
        on visit.user_id = orders.user_id and visit.day >= orders.day
    asof left join (select * from cycles where name = 'Pickup Completed') as pickups
        on visit.user_id = pickups.user_id and visit.day >= pickups.day
    where visit.next_day is null or visit.next_day - visit.day > 30
)
select *, least(365, greatest(30, floor(2.0 * coalesce(cadence, 30))))::bigint as threshold from rhythms;

create table losts as
select user_id, day, cadence, threshold
from thresholds
where (next_day is null or next_day - day > threshold)
    and (day + threshold + 1) * 86400000000 >= {start} and (day + threshold + 1) * 86400000000 < {end};

create table lapses as
select user_id, (day + threshold + 1) * 86400000000 < {end} as is_lost, floor(cadence)::bigint as cadence
from thresholds where next_day is null;

create table demographic as
with spends as (
    select user_id, round(sum(value), 6) as spend
    from (
        select user_id, value,
            row_number() over (partition by user_id, order_id order by time_us, id) as nth
        from events
        where name = 'Order Created' and time_us >= {ranked_from} and time_us < {ranked_until}
    )
    where nth = 1 group by user_id
),
ranks as (
    select user_id, 1 + 5 * (rank() over (order by spend desc) - 1) // count(*) over () as fifth
    from spends where spend > 0
)
select user_id, coalesce(fifth, 5)::bigint as demographic from '{customers}' left join ranks using (user_id);

create table computed as
select user_id, round(sum(value), 6) as lifetime_value, round(avg(value), 6) as average_order_value,
    count(id) filter (where time_us >= {counted_from}) as orders_last_90_days
from '{customers}' left join (select * from events where name = 'Order Created') using (user_id)
group by user_id;
