-- The last regular run that ended, beside when the first one began and the last success ended.
with ended as (
    select * from {schema}.runs
    where watermark and finished_at is not null and message is distinct from 'started anew'
)

select
    clock_timestamp() as now,
    (select min(started_at) from {schema}.runs where watermark) as begun,
    (select max(finished_at) from ended where state = 'success') as success_at,
    last.*
from (select) as one_row
left join lateral (
    select
        run,
        dag_run_id,
        message,
        finished_at,
        case when state = 'success' then 'success' when guard is null or force then 'failed' else 'stopped' end as outcome
    from ended
    order by finished_at desc, run desc
    limit 1
) as last on true
