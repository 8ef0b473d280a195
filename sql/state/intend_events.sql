insert into {schema}.events (id, name, user_id, happened_at, state, body, run)
select id, name, user_id, happened_at, 'intended', body, run
from jsonb_to_recordset(cast(:rows as jsonb)) as given (
    id text, name text, user_id text, happened_at timestamptz, body jsonb, run bigint
)
on conflict (id) do update set state = 'intended', body = excluded.body, run = excluded.run, changed_at = now()
where events.state <> 'sent'
