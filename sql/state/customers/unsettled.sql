-- Who has to be looked at whatever the source says: by the clock, as something of them was left, or as an event waits.
select user_id from {schema}.customers where not settled or due < :window_end
union
select user_id from {schema}.events where state <> 'sent'
