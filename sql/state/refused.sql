-- Of these keys those that Startdeliver refused before.
select key, fingerprint, reason, tries, parked_at is not null as parked
from {schema}.refusals
where entity = :entity and key = any(:keys)
