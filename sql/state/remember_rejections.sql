insert into {schema}.rejections (entity, key, field, reason, shape, fingerprint, first_run, last_run)
values (:entity, :key, :field, :reason, :shape, :fingerprint, :run, :run)
on conflict (entity, key, field, reason) do update
set shape = excluded.shape, fingerprint = excluded.fingerprint, last_run = excluded.last_run, last_at = now()
