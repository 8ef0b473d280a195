-- What a run measured. Parts of a stage are done side by side: it took as long as the longest of them.
select stage, name, case name when 'seconds' then max(value) else sum(value) end as value
from {schema}.measures
where run = :run
group by stage, name
order by stage, name
