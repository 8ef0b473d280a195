-- The audiences of the last sync with their members.
select declarations.key, declarations.name, count(user_id) as members
from {schema}.declarations
left join {schema}.memberships on audience = declarations.key and member
where declared
and exists (
    select from {schema}.measures where stage = 'plan' and measures.name = 'audience ' || declarations.key || ' members'
)
group by declarations.key, declarations.name
order by declarations.name
