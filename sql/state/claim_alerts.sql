-- What has not been told, for who asks alone; for others again once the time is over: then its teller was killed.
update {schema}.alerts set claimed_until = now() + make_interval(secs => :seconds)
where told_at is null and (claimed_until is null or claimed_until < now())
returning subject, change, bad, since, title, text, told
