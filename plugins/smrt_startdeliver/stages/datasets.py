"""What is staged between the tasks of a run, by name."""

from __future__ import annotations

MOVED = "moved/customers"
"""user_id, and customer_key, match, spend, rejected as they were kept (`kept`: whether they were): who may have moved
since the run before. A run that reaches no further has staged nobody else; one that reaches to everybody may know of
nobody."""

ACCOUNTS_MOVED = "moved/accounts"
"""key: the customers (accounts) of Startdeliver that those belong to, or did; of a run that reaches no further."""

KEPT_DERIVED = "kept/derived"
"""user_id, row_hash, spend (Float64; of who is ranked), due: what of each customer is kept for the next run."""

KEPT_PLANNED = "kept/planned"
"""user_id, customer_key, match: the same, of those who are users of Startdeliver."""

DERIVED_EVENTS = "derived"
"""id, user_id, name, time, properties (JSON), repeats, stale: the derived events within the run's reach."""

TRAITS = "traits"
"""user_id and the derived traits, a row a customer of `users`."""

COMPUTED = "computed"
"""user_id and a column a declared trait and audience by its key, a row a customer, as they are at `end`."""

CHANGES = "audiences/changes"
"""user_id, audience (its key), member, change (a number, from 1 on): who entered or left; held audiences included."""

LET_THROUGH = "audiences/let_through"
"""Those of the changes that the run may act on."""

SYNCED = "audiences/synced"
"""What of `computed` is to be synced: without what is not known, held audiences as they were."""

OUTGOING_DERIVED, OUTGOING_RAW = "outgoing/derived", "outgoing/raw"
"""The events to send. `entity` is what an event is accounted under; `at_path` its value at
`segment_override_matching_field`, null where its customer's own match counts; `properties` compact JSON; `waited`
whether a run before had it to send and no time for it."""

OUTGOING_COLUMNS = ["id", "user_id", "name", "entity", "type", "time", "at_path", "properties", "waited"]

WANTED = {"customer": "wanted/customer", "user": "wanted/user"}
"""key, match_field, match_value, customer_key (of users) and a column an alias: what records should hold."""

DIFFERING = {"customer": "differing/customer", "user": "differing/user"}
"""Those of the wanted records that may have to be sent."""

NAMES = {"customer": "customers", "user": "users"}
"""What records are accounted under."""

NO_FIELDS = frozenset({"key", "match_field", "match_value", "customer_key"})
"""The columns of wanted records that are no fields of Startdeliver."""

CUSTOMER_CANDIDATES = "candidates/customer"
"""What each row of `users` says of its customer."""

REJECTED_CANDIDATES = "rejected/candidates"
"""key (of the row) and fingerprint (of the customer's key in it): rows whose customer's key is rejected."""

VANISHED = {"customer": "vanished/customer", "user": "vanished/user"}
"""key and action: the records that no row of the source names any more, and what is to be done about each."""

LINKS = "links"
"""key and customer_key of everybody: which customer each user belongs to. Only where a customer's key can change."""

RENAMED = "renamed"
"""old, new: customers whose users all name another key, of which Startdeliver has no customer."""

FORMER_KEYS = "former_keys"
"""key: of the renamed, and those that accounts had before; no user names them now."""

SHARED_MATCHES = "shared_matches"
"""match: the fingerprints of match values that more than one user claims."""

REJECTED_USERS, HELD_USERS = "rejected/user", "rejected/held"
REFUSED = {"customer": "refused/customer", "user": "refused/user"}
"""key, reason: records that were rejected while they were planned and compared, and while they were loaded."""
