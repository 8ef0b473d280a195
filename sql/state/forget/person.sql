select startdeliver_id, match_field, match_value, customer_key
from {schema}.records
where entity = 'user' and key = :user_id
