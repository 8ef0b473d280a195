insert into {schema}.counts (run, stage, part, entity, fate, reason, rows)
values (:run, :stage, :part, :entity, :fate, :reason, :rows)
