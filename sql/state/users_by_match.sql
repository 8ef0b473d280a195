select key, startdeliver_id, match_field, match_value
from {schema}.records
where entity = 'user' and match_field = :match_field and match_value = any(:keys)
