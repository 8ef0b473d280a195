-- The spends by which customers are ranked, in order, and how many customers have each: far fewer than customers.
select array_agg(spend order by spend) as spends, array_agg(customers order by spend) as customers
from (select spend, count(*) as customers from {schema}.customers where spend is not null group by spend) as counted
