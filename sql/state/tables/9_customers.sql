-- Each customer as the last run left them: enough to tell who may have moved since, and to count the others.
-- `row_hash` of their row in the source's `users`, null where they have none; `spend` only of who is ranked by it;
-- `match` a fingerprint of what they match on; `due` the moment after which the clock alone may change something of
-- them; `rejected` why they are no user of Startdeliver; `settled` whether nothing is left to do for them.
create table if not exists {schema}.customers (
    user_id text primary key,
    row_hash bigint,
    customer_key text,
    match bigint,
    spend double precision,
    due timestamptz,
    rejected text,
    settled boolean not null
)
