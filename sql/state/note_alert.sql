-- A change, unless somebody has noted it already, or knows of a later moment. Of two at once the key lets one through.
insert into {schema}.alerts (subject, change, bad, since, run, title, text, told_at)
select :subject, coalesce(max(change), 0) + 1, :bad, :since, :run, :title, :text, cast(:told_at as timestamptz)
from {schema}.alerts
where subject = :subject
having coalesce((array_agg(bad order by change desc))[1], false) <> :bad and coalesce(max(since), '-infinity') < :since
on conflict (subject, change) do nothing
