-- Who matches on these.
select user_id, match from {schema}.customers where match = any(:matches)
