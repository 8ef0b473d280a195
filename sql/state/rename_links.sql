-- The users of an account belong to it under its new key.
update {schema}.records
set customer_key = renamed.new
from unnest(cast(:old as text[]), cast(:new as text[])) as renamed (old, new)
where entity = 'user' and customer_key = renamed.old
