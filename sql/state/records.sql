select key, startdeliver_id, match_field, match_value, fingerprint, outcome, vanished_at is not null as vanished, run
from {schema}.records
where entity = :entity and key = any(:keys)
