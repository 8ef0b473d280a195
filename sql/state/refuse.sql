-- Another value is another matter: it is counted from one again. Another reason is counted anew, but for its days: a
-- record at which the server failed for a week is not parked when it is refused for the first time.
insert into {schema}.refusals as known (entity, key, fingerprint, reason, field, answer, first_run, last_run)
values (:entity, :key, :fingerprint, :reason, :field, :answer, :run, :run)
on conflict (entity, key) do update
set fingerprint = excluded.fingerprint,
    reason = excluded.reason,
    field = excluded.field,
    answer = excluded.answer,
    tries = case
        when (known.fingerprint, known.reason) <> (excluded.fingerprint, excluded.reason) then 1
        when known.last_run = excluded.last_run then known.tries
        else known.tries + 1
    end,
    first_run = case when known.fingerprint <> excluded.fingerprint then excluded.first_run else known.first_run end,
    first_at = case when known.fingerprint <> excluded.fingerprint then now() else known.first_at end,
    last_run = excluded.last_run,
    last_at = now(),
    parked_at = null
