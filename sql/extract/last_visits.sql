-- Every value of SMRT's own last_visit that Identify calls have carried (semantics.md, Customer Lost).
select distinct user_id, value_last_visit
from {rows} as source
where user_id is not null and value_last_visit is not null
