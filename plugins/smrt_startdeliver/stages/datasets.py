"""What is staged between the tasks of a run, by name."""

from __future__ import annotations

DERIVED_EVENTS = "derived"
"""id, user_id, name, time, properties (JSON), repeats, stale: the derived events within the run's reach."""

TRAITS = "traits"
"""user_id and the derived traits, a row a customer of `users`."""

OUTGOING_DERIVED, OUTGOING_RAW = "outgoing/derived", "outgoing/raw"
"""The events to send. `entity` is what an event is accounted under; `at_path` its value at
`segment_override_matching_field`, null where its customer's own match counts; `properties` compact JSON."""

OUTGOING_COLUMNS = ["id", "user_id", "name", "entity", "type", "time", "at_path", "properties"]

WANTED = {"customer": "wanted/customer", "user": "wanted/user"}
"""key, match_field, match_value, customer_key (of users) and a column an alias: what records should hold."""

CUSTOMER_CANDIDATES = "candidates/customer"
"""What each row of `users` says of its customer."""

SHARED_MATCHES = "shared_matches"
"""match: the fingerprints of match values that more than one user claims."""

REJECTED_USERS = "rejected/user"
REFUSED = {"customer": "refused/customer", "user": "refused/user"}
"""key, reason: records that were rejected while they were planned, and while they were loaded."""
