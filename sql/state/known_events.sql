select id, state, run from {schema}.events where id = any(:ids)
