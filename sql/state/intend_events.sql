insert into {schema}.events (id, name, user_id, happened_at, state, body, run)
values (:id, :name, :user_id, :happened_at, 'intended', cast(:body as jsonb), :run)
on conflict (id) do update set state = 'intended', body = excluded.body, run = excluded.run, changed_at = now()
where events.state <> 'sent'
