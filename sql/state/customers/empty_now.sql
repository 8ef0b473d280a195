truncate {schema}.customers_now
