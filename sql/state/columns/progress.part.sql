alter table {schema}.progress
add column part integer not null default 0,
drop constraint progress_pkey,
add primary key (run, part)
