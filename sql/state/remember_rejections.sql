-- A run that was under way when somebody was forgotten remembers nothing of them.
insert into {schema}.rejections (entity, key, field, reason, shape, fingerprint, first_run, last_run)
select :entity, :key, :field, :reason, cast(:shape as text), cast(:fingerprint as bigint), cast(:run as bigint), cast(:run as bigint)
where :entity not in ('users', 'customers') or not exists (select from {schema}.forgotten where user_id = :key)
on conflict (entity, key, field, reason) do update
set shape = excluded.shape, fingerprint = excluded.fingerprint, last_run = excluded.last_run, last_at = now()
