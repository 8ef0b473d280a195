-- What is known of an account is known of it under its new key.
update {schema}.records
set key = renamed.new, former_keys = array_remove(array_append(former_keys, renamed.old), renamed.new)
from unnest(cast(:old as text[]), cast(:new as text[])) as renamed (old, new)
where entity = 'customer' and key = renamed.old
