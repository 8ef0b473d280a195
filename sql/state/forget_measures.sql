delete from {schema}.measures where run = :run and stage = :stage and part = :part
