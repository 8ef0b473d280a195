-- Its only row.
insert into {schema}.pace (peak)
select null where not exists (select from {schema}.pace)
