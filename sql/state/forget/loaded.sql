delete from {schema}.customers_loaded where user_id = :user_id
