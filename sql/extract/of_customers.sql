-- Some of a table's rows: those of these customers, and those of nobody that were loaded since then.
select * from {rows} as every_row
where {key} = any(:customers) or {key} is null and coalesce(loaded_at, uuid_ts, received_at) >= :nobodys_since
