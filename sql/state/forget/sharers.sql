-- Other users of a customer: by its key, and, of those that no run has written since keys are kept, by the link to it.
select key
from {schema}.records
where entity = 'user' and key <> :user_id and (customer_key = :customer_key or fields ->> :link_field = :link)
limit 1
