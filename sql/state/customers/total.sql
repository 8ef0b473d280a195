-- How many customers are kept: those who are no user of Startdeliver by the reason.
select coalesce(rejected, '') as rejected, count(*) as customers from {schema}.customers group by 1
