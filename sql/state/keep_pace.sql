update {schema}.pace set
    next_at = to_timestamp(:next_at),
    held_until = to_timestamp(:held_until),
    holds = :holds,
    hold_seconds = :hold_seconds,
    peak = :peak,
    caution = :caution,
    climbed_seconds = :climbed_seconds,
    sent = :sent,
    sent_seconds = :sent_seconds,
    day = date '1970-01-01' + :day,
    requests = :requests
