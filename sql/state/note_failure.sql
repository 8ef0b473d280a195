update {schema}.runs set message = :message where run = :run and state = 'running'
