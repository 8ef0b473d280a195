-- What the stages of some runs took and asked: seconds, of its parts those of the longest, and requests by purpose.
select run, stage, name, case name when 'seconds' then max(value) else sum(value) end as value
from {schema}.measures
where run = any(:runs) and (name = 'seconds' or name like 'requests %')
group by run, stage, name
order by run, stage, name
