select user_id from {schema}.forgotten
