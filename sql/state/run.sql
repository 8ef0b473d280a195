select * from {schema}.runs where run = :run
