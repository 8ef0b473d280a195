-- Earlier tries of the same DAG run that never closed.
update {schema}.runs set state = 'failed', message = 'started anew', finished_at = now()
where dag_run_id = :dag_run_id and state = 'running'
