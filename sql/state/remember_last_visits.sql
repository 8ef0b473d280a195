-- A run that was under way when somebody was forgotten remembers nothing of them.
insert into {schema}.last_visits (user_id, time)
select :user_id, cast(:time as timestamptz)
where not exists (select from {schema}.forgotten where user_id = :user_id)
on conflict do nothing
