update {schema}.events
set state = :state, reason = :reason, body = case when cast(:state as text) = 'sent' then null else body end, changed_at = now()
where id = :id
