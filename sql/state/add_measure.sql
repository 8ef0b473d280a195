insert into {schema}.measures (run, stage, part, name, value) values (:run, :stage, :part, :name, :value)
