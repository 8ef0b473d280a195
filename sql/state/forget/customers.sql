delete from {schema}.customers where user_id = :user_id
returning user_id
