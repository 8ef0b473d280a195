insert into {schema}.records (entity, key, match_field, match_value, run)
values (:entity, :key, :match_field, :match_value, :run)
on conflict (entity, key) do update
set match_field = excluded.match_field, match_value = excluded.match_value, run = excluded.run
where records.startdeliver_id is null
