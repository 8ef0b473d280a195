select key, startdeliver_id, match_field, match_value, fingerprint
from {schema}.records
where entity = :entity and key = any(:keys)
