update {schema}.runs set state = :state, message = :message, finished_at = now()
where run = :run and state = 'running'
