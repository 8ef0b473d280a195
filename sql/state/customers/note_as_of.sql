insert into {schema}.customers_as_of (run, window_end, configuration, counted_before, counted)
values (:run, :window_end, :configuration, :counted_before, cast(:counted as jsonb))
