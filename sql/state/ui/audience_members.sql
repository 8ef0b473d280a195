-- Some of those who are in an audience, who entered last first.
select user_id, run, changed_at
from {schema}.memberships
where audience = :audience and member
order by changed_at desc, user_id
limit :rows
