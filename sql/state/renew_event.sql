-- The latest content of an event that was not taken so far: what changed is another matter, and tried like a new one.
with renewed as (
    update {schema}.events
    set body = cast(:body as jsonb), happened_at = :happened_at, changed_at = now()
    where id = :id and state <> 'sent' and (body, happened_at) is distinct from (cast(:body as jsonb), :happened_at)
    returning id
)
delete from {schema}.refusals using renewed where entity = 'event' and key = renewed.id
