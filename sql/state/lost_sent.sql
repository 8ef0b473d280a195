select user_id, happened_at as time, id
from {schema}.events
where name = 'Customer Lost' and state <> 'rejected' and user_id = any(:user_ids)
