-- What is not known of a user's customer says nothing against what was; nor does a customer that
-- Startdeliver does not have.
insert into {schema}.records (
    entity, key, startdeliver_id, match_field, match_value, fingerprint, fields, created_here, customer_key, outcome, run
)
values (
    :entity, :key, :startdeliver_id, :match_field, :match_value, :fingerprint, cast(:fields as jsonb), :created_here,
    :customer_key, :outcome, :run
)
on conflict (entity, key) do update
set startdeliver_id = excluded.startdeliver_id,
    match_field = excluded.match_field,
    match_value = excluded.match_value,
    fingerprint = excluded.fingerprint,
    fields = excluded.fields,
    created_here = records.created_here or excluded.created_here,
    customer_key = case
        when :customer_known then excluded.customer_key
        else coalesce(records.customer_key, excluded.customer_key)
    end,
    outcome = excluded.outcome,
    vanished_at = null,
    run = excluded.run,
    acknowledged_at = now()
