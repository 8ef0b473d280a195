insert into {schema}.customers
select * from {schema}.customers_now
on conflict (user_id) do update set
    row_hash = excluded.row_hash,
    customer_key = excluded.customer_key,
    match = excluded.match,
    spend = excluded.spend,
    due = excluded.due,
    rejected = excluded.rejected,
    settled = excluded.settled
where customers is distinct from excluded
