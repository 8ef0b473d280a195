-- As of which run the customers are kept.
select run, window_end, configuration, counted_before, counted from {schema}.customers_as_of
