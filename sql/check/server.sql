-- Which server this is, and who we are there.
select
    current_setting('server_version') as version,
    cast(current_setting('server_version_num') as integer) as number,
    current_database() as database,
    current_user as login
