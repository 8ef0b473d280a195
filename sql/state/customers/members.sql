-- How many members each audience has among these customers.
select audience, count(*) as members
from {schema}.memberships
join {schema}.customers using (user_id)
where member and user_id = any(:moved)
group by audience
