-- The keys that customers had before, and that are no other customer's now.
select unnest(former_keys) as key from {schema}.records where entity = 'customer' and former_keys <> '{}'
except
select key from {schema}.records where entity = 'customer' and startdeliver_id is not null
