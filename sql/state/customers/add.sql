insert into {schema}.customers_now
select *
from unnest(
    cast(:user_id as text[]), cast(:row_hash as bigint[]), cast(:customer_key as text[]), cast(:match as bigint[]),
    cast(:spend as double precision[]), cast(:due as timestamptz[]), cast(:rejected as text[]),
    cast(:settled as boolean[])
)
