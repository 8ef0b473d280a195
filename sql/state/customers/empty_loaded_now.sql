truncate {schema}.customers_loaded_now
