alter table {schema}.counts
add column part integer not null default 0,
drop constraint counts_pkey,
add primary key (run, stage, part, entity, fate, reason)
