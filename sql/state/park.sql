-- Those that were refused in this run for the last time: after so many further runs, or so many days (semantics of
-- retries: docs/reasons.md). A server's error is not the record's fault: it is parked by days alone.
update {schema}.refusals set parked_at = now()
where last_run = :run and parked_at is null
and ((tries > :runs and reason = 'refused') or last_at - first_at >= make_interval(days => :days))
returning entity, key
