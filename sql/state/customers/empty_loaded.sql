truncate {schema}.customers_loaded
