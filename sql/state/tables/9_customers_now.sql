-- What a run found, while it is compared with what was kept before; empty otherwise.
create unlogged table if not exists {schema}.customers_now (like {schema}.customers including all)
