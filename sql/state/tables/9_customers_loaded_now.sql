-- The same as a run sees it, while it is at work; empty otherwise. `user_id` null: rows of nobody. `is_new`: some were
-- loaded since the run before, or nobody knows when; `hash_before` of those that it saw too; `hash_now` as the next run
-- is to find them.
create unlogged table if not exists {schema}.customers_loaded_now (
    source_table text,
    user_id text,
    is_new boolean,
    hash_before numeric,
    hash_now numeric
)
