delete from {schema}.refusals where entity = :entity and key = :key
