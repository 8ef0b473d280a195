-- Events that an earlier run meant to send: their outcome is unknown (intended), or they were refused (rejected).
select id, name, user_id, happened_at, state, body, run from {schema}.events where state <> 'sent'
order by user_id, happened_at, id
