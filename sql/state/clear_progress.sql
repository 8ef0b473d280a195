delete from {schema}.progress where run = :run
