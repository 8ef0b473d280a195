insert into {schema}.records (entity, key, match_field, match_value, run)
select *
from jsonb_to_recordset(cast(:rows as jsonb)) as given (
    entity text, key text, match_field text, match_value text, run bigint
)
on conflict (entity, key) do update
set match_field = excluded.match_field, match_value = excluded.match_value, run = excluded.run
where records.startdeliver_id is null
