update {schema}.events
set state = given.state,
    reason = given.reason,
    body = case when given.state = 'sent' then null else events.body end,
    changed_at = now()
from jsonb_to_recordset(cast(:rows as jsonb)) as given (id text, state text, reason text)
where events.id = given.id
