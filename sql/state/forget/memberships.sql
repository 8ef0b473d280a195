delete from {schema}.memberships where user_id = :user_id
returning audience
