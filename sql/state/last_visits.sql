select user_id, time from {schema}.last_visits where user_id = any(:user_ids)
