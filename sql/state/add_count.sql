insert into {schema}.counts (run, stage, entity, fate, reason, rows)
values (:run, :stage, :entity, :fate, :reason, :rows)
