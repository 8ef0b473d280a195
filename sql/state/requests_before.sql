-- The requests that the stages of a run have made so far.
select name, sum(value) as value from {schema}.measures where run = :run and name like 'requests %' group by name
