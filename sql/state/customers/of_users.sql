-- How these customers are kept.
select user_id, customer_key, match, spend, rejected from {schema}.customers where user_id = any(:user_ids)
