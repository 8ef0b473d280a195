select stage, name, value from {schema}.measures where run = :run order by stage, name
