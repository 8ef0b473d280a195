update {schema}.records set vanished_at = now() where entity = :entity and key = :key
