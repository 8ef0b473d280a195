-- What was synced before, what was taken out included. `whole`: since its first sync a run has ended with nothing left:
-- a first sync may go on over several runs.
select key, name, field, rule, declared, exists (
    select from {schema}.runs
    where run >= synced_run and state = 'success' and complete and sends_traits and not deferred
) as whole
from {schema}.declarations
