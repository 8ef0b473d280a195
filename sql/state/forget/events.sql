delete from {schema}.events where user_id = :user_id
returning id
