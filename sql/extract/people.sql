-- The customers of SMRT whom an id, an email or the digits of a phone name; `how` says which of them does.
-- `digits` are without leading zeros: of two numbers one may lack what the other begins with, as the country.
with people as (
    select id, lower(trim(email)) as email, ltrim(regexp_replace(phone, '[^0-9]', '', 'g'), '0') as phone
    from {rows} as source
    where id is not null
)

select id as key, 'id' as how
from people
where id = cast(:asked as text)
union
select id as key, 'email' as how
from people
where email = cast(:email as text)
union
select id as key, 'phone' as how
from people
where right(phone, length(cast(:digits as text))) = cast(:digits as text)
or (length(phone) >= :least_digits and right(cast(:digits as text), length(phone)) = phone)
order by key, how
limit :rows
