-- How each subject stands.
select distinct on (subject) subject, bad, since from {schema}.alerts
order by subject, change desc
