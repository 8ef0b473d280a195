-- Who is tied to these Startdeliver ids.
select startdeliver_id, key from {schema}.records where entity = :entity and startdeliver_id = any(:ids)
