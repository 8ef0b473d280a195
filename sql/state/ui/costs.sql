-- What the stages of some runs took and asked: seconds, and requests by purpose.
select run, stage, name, value
from {schema}.measures
where run = any(:runs) and (name = 'seconds' or name like 'requests %')
order by run, stage, name
