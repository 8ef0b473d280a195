insert into {schema}.last_visits (user_id, time) values (:user_id, :time) on conflict do nothing
