insert into {schema}.declarations (key, name, field, rule, declared, synced_run)
values (:key, :name, :field, :rule, true, :run)
on conflict (key) do update
set name = excluded.name, field = excluded.field, rule = excluded.rule, declared = true
