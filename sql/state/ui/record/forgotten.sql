-- Since when somebody is forgotten.
select at from {schema}.forgotten where user_id = :user_id
