-- The audiences that a user is in, or was; by the names that they are declared under.
select
    memberships.audience, declarations.name, memberships.member, memberships.change, memberships.run,
    memberships.changed_at
from {schema}.memberships
left join {schema}.declarations on memberships.audience = declarations.key
where memberships.user_id = :user_id
order by memberships.member desc, memberships.audience
