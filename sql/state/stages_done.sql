-- Which stages of a run are done, part by part, and how many parts it has; none, where the run is not open any more.
select stage, part, cast(settings ->> 'partitions' as integer) as partitions
from {schema}.measures join {schema}.runs using (run)
where run = :run and name = 'seconds' and state = 'running'
