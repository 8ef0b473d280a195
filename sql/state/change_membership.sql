-- A change that was noted already, by an earlier try of the same task, is left alone.
insert into {schema}.memberships (user_id, audience, member, change, run)
values (:user_id, :audience, :member, :change, :run)
on conflict (user_id, audience) do update
set member = excluded.member, change = excluded.change, run = excluded.run, changed_at = now()
where memberships.change < excluded.change
