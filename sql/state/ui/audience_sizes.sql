-- How many are in each audience now.
select audience, count(*) as members from {schema}.memberships where member group by audience
