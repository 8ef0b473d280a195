-- Who is ranked by one of these spends.
select user_id from {schema}.customers where spend = any(:spends)
