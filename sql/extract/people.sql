-- The customers of SMRT whom an id, an email or the digits of a phone name; `how` says which of them does.
-- `digits` are without leading zeros: of two numbers one may lack what the other begins with, as the country.
with people as (
    select id, lower(trim(email)) as email, ltrim(regexp_replace(phone, '[^0-9]', '', 'g'), '0') as phone
    from {rows} as source
    where id is not null
),

named as (
    select
        id,
        case
            when id = cast(:asked as text) then 'id'
            when email = cast(:email as text) then 'email'
            when right(phone, length(cast(:digits as text))) = cast(:digits as text) then 'phone'
            when length(phone) >= :least_digits and right(cast(:digits as text), length(phone)) = phone then 'phone'
        end as how
    from people
)

select distinct id as key, how
from named
where how is not null
order by key, how
limit :rows
