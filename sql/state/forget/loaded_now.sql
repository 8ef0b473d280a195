delete from {schema}.customers_loaded_now where user_id = :user_id
