-- The spends by which customers are ranked, in order.
select array_agg(spend order by spend) as spends from {schema}.customers where spend is not null
