select key, fields from {schema}.records where entity = :entity and key = any(:keys)
