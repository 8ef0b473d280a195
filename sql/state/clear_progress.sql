-- Of one part, or of all of them.
delete from {schema}.progress where run = :run and part = coalesce(cast(:part as integer), part)
