delete from {schema}.records where entity = :entity and key = :key
