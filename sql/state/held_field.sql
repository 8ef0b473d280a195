-- The fingerprint of what Startdeliver has acknowledged of one field of these records; null where it holds nothing.
select key, fields ->> :alias as held from {schema}.records where entity = :entity and key = any(:keys)
