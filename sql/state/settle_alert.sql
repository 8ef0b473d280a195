-- Told by all notifiers, or left for the next occasion.
update {schema}.alerts
set claimed_until = null, told_at = case when told @> cast(:notifiers as text[]) then now() end
where subject = :subject and change = :change
