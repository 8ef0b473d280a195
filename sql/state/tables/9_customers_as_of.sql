-- The run that left the customers so: at most one row, and none where the next run has to look at everybody.
-- `configuration` a fingerprint of all that it was computed by; `counted_before` and `counted`: how many rows each table
-- of the source held that had been loaded before then.
create table if not exists {schema}.customers_as_of (
    run bigint not null,
    window_end timestamptz not null,
    configuration text not null,
    counted_before timestamptz not null,
    counted jsonb not null
)
