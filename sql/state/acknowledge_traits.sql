update {schema}.runs set acknowledged_traits = true where run = :run
