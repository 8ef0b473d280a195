-- The tables with rows of nobody.
select source_table from {schema}.customers_loaded_now where user_id is null
