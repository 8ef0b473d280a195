-- Which entities, by the names that they are accounted under, have something rejected or refused, and why.
select distinct entity || 's' as entity, reason from {schema}.refusals
union
select distinct entity, reason from {schema}.rejections
order by entity, reason
