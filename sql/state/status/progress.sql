-- How far a run is with what it has to send: `to_send` is what its plan left without a fate. Of vanished ones, and of
-- events that earlier runs left open, nothing is said.
select
    what,
    cast(to_send as bigint) as to_send,
    case what
        when 'events' then (select count(*) from {schema}.events where run = :run and state <> 'intended')
        else (
            select count(*) from {schema}.records
            where run = :run and entity || 's' = what and startdeliver_id is not null and outcome is not null
        ) + (select count(*) from {schema}.refusals where last_run = :run and entity || 's' = what)
    end as done
from (
    select
        case when entity in ('customers', 'users') then entity else 'events' end as what,
        sum(case fate when 'extracted' then rows else -rows end) as to_send
    from {schema}.counts
    where run = :run and stage not like 'load_%' and entity not like '% values' and entity not like 'vanished %'
    group by what
) as planned
where to_send > 0
order by array_position(array['customers', 'users', 'events'], what)
