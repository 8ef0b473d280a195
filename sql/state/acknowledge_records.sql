-- What is not known of a user's customer says nothing against what was; nor does a customer that
-- Startdeliver does not have.
insert into {schema}.records (
    entity, key, startdeliver_id, match_field, match_value, fingerprint, fields, created_here, customer_key, outcome, run
)
select
    given.entity, given.key, given.startdeliver_id, given.match_field, given.match_value, given.fingerprint, given.fields,
    given.created_here,
    case when given.customer_known then given.customer_key else coalesce(known.customer_key, given.customer_key) end,
    given.outcome, given.run
from jsonb_to_recordset(cast(:rows as jsonb)) as given (
    entity text, key text, startdeliver_id bigint, match_field text, match_value text, fingerprint bigint, fields jsonb,
    created_here boolean, customer_key text, customer_known boolean, outcome text, run bigint
)
left join {schema}.records as known using (entity, key)
on conflict (entity, key) do update
set startdeliver_id = excluded.startdeliver_id,
    match_field = excluded.match_field,
    match_value = excluded.match_value,
    fingerprint = excluded.fingerprint,
    fields = excluded.fields,
    created_here = records.created_here or excluded.created_here,
    customer_key = excluded.customer_key,
    outcome = excluded.outcome,
    vanished_at = null,
    run = excluded.run,
    acknowledged_at = now()
