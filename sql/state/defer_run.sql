update {schema}.runs set deferred = true where run = :run
