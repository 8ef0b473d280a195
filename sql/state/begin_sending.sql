-- The sending time of a run counts from its first stage that sends, through all tries.
update {schema}.runs set sending_since = coalesce(sending_since, now()) where run = :run
returning extract(epoch from now() - sending_since) as seconds
