delete from {schema}.customers_as_of
