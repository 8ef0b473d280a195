insert into {schema}.forgotten (user_id) values (:user_id) on conflict do nothing
returning user_id
