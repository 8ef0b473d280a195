-- How many members each audience has among all others than these customers.
select audience, count(*) as members
from {schema}.memberships
join {schema}.customers using (user_id)
where member
and not exists (select from unnest(cast(:moved as text[])) as moved (id) where moved.id = customers.user_id)
group by audience
