drop table if exists {schema}.customers_loaded_now
