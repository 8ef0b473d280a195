-- What a stage said when it failed stands; what a later try of it mended does not.
update {schema}.runs
set state = :state, message = case when :state = 'success' then null else coalesce(message, :message) end, finished_at = now()
where run = :run and state = 'running'
