alter table {schema}.measures
add column part integer not null default 0,
drop constraint measures_pkey,
add primary key (run, stage, part, name)
