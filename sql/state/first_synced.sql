-- Whether a sync of this entity (customer or user) has ended with nothing left: a first one may go on over several runs.
select exists (
    select from {schema}.runs where state = 'success' and complete and sends_traits and not deferred
) and exists (
    select from {schema}.records where entity = :entity and startdeliver_id is not null
) as synced
