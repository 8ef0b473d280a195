update {schema}.runs set guard = :guard where run = :run
