-- What is acknowledged of `active` differs from true then: who comes back is activated again.
update {schema}.records
set vanished_at = now(), fields = fields || cast(:fields as jsonb), run = :run, acknowledged_at = now()
where entity = :entity and key = :key
