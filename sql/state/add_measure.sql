insert into {schema}.measures (run, stage, name, value) values (:run, :stage, :name, :value)
