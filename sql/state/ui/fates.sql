-- What became of the rows of some runs, by fate; values that were left out of rows are no rows.
select run, fate, sum(rows) as rows
from {schema}.counts
where run = any(:runs) and entity not like '% values'
group by run, fate
