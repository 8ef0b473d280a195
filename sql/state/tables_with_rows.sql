-- The tables of which a complete run read rows that synced customers and users, as they are measured (`rows <table>`).
-- With a run that was forced it begins anew: what that one found empty is meant to be.
with comparable as (
    select run, force from {schema}.runs
    where run < :run and complete and sends_traits and state = 'success'
)

select distinct name
from {schema}.measures join comparable using (run)
where stage = 'extract' and starts_with(name, 'rows ') and value > 0
and run >= coalesce((select max(run) from comparable where force), 0)
