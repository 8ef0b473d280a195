-- What the source's tables of calls held of each customer, as far as the next run looks back: `rows_hash`, the sum of the
-- hashes of their rows that had been loaded between the look-back of that run and the end of the one that saw them.
create table if not exists {schema}.customers_loaded (
    source_table text not null,
    user_id text not null,
    rows_hash numeric not null,
    primary key (source_table, user_id)
)
