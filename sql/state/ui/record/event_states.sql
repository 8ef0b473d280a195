-- How many events of a user are in which state.
select state, count(*) as events from {schema}.events where user_id = :user_id group by state order by state desc
