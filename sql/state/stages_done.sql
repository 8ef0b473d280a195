-- Which stages of a run are done; none, where the run is not open any more.
select stage from {schema}.measures
where run = :run and name = 'seconds' and exists (select from {schema}.runs where runs.run = :run and state = 'running')
