select entity, fate, reason, sum(rows) as rows from {schema}.counts where run = :run
group by entity, fate, reason
order by entity, fate, reason
