-- What a run made of these events; those whose outcome is not known, or that it did not get to, are not among them.
select id as key, case when run = :run then 'sent' else 'already sent' end as fate, '' as reason
from {schema}.events
where id = any(:keys) and state = 'sent'
union all
select id, 'rejected', coalesce(refusals.reason, events.reason)
from {schema}.events left join {schema}.refusals on entity = 'event' and key = id and last_run = :run
where id = any(:keys) and run = :run and (state = 'rejected' or key is not null and state <> 'sent')
