-- The memberships of these customers in these audiences, former ones included.
select user_id, audience, member, change
from {schema}.memberships
where user_id = any(:user_ids) and audience = any(:audiences)
