delete from {schema}.last_visits where user_id = :user_id
returning user_id
