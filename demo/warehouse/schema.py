"""Tables, columns and types as Segment makes them on PostgreSQL (warehouse.md, Tables).

No primary keys: a warehouse that was loaded anew, or by another tool, may hold an `id` twice, and this one does.
"""

from __future__ import annotations

from smrt_startdeliver.vocabulary import PAGES, SCREENS, SMRT_EVENTS, SMRT_TRAITS

ID = "varchar(1024)"
TIME = "timestamptz"
TEXT = "text"

_CONTEXT = {"context_library_name": TEXT, "context_library_version": TEXT}
_LOADED = {"received_at": TIME, "uuid_ts": TIME}
CALL = {
    "id": ID,
    "user_id": ID,
    "anonymous_id": ID,
    "timestamp": TIME,
    "original_timestamp": TIME,
    "sent_at": TIME,
    **_LOADED,
    **_CONTEXT,
}
"""Columns of every row that is a call to Segment."""
TRACK = {**CALL, "event": TEXT, "event_text": TEXT}

_TYPES = {
    "is_mobile": "boolean",
    "has_credit_card": "boolean",
    "receive_emails": "boolean",
    "receive_texts": "boolean",
    "created_at": TIME,
    "last_visit": TIME,
    "account_discount_value": "numeric",
    "demographic": "bigint",
    "had_pickup": "boolean",
    "had_delivery": "boolean",
    "total_pickups": "bigint",
    "total_deliveries": "bigint",
    "value": "numeric",
    "revenue": "numeric",
    "discount_value": "numeric",
    "order_id": "bigint",
}
"""Segment takes a column's type from its first value; what is not named here is text."""

_FLATTENED = {"custom_fields_birthday": TEXT, "custom_fields_referral_source": TEXT}
"""Where `custom_fields` is sent as an object, Segment makes a column of each field."""

_EVENT_COLUMNS = {table.table: {c: _TYPES.get(c, TEXT) for c in table.properties} for table in SMRT_EVENTS}
# Types that the first value froze otherwise, and columns that never had a value.
_EVENT_COLUMNS["order_created"]["order_id"] = TEXT
_EVENT_COLUMNS["order_ready"] |= {"order_id": TEXT, "value": TEXT, "revenue": TEXT}
_EVENT_COLUMNS["order_returned"]["rack_location"] = TEXT  # one that SMRT's article does not name
for table, column in (
    ("order_created", "returned_by"),
    ("order_ready", "returned_by"),
    ("order_ready", "discount_description"),
    ("order_line_item_returned", "discount_description"),
):
    del _EVENT_COLUMNS[table][column]

_TRAITS = {column: _TYPES.get(column, TEXT) for column in SMRT_TRAITS}
_GROUP_TRAITS = {"name": TEXT, "industry": TEXT, "phone": TEXT, "payment_term": TEXT, "address_city": TEXT}

COLUMNS: dict[str, dict[str, str]] = {
    "users": {"id": ID, **_LOADED, **_CONTEXT, **_TRAITS, **_FLATTENED, "last_visit": TEXT, "demographic": TEXT},
    "identifies": {**CALL, **_TRAITS, **_FLATTENED, "created_at": TEXT},
    "groups": {**CALL, "group_id": ID, **_GROUP_TRAITS},
    "tracks": TRACK,
    PAGES: {**CALL, "name": TEXT, **dict.fromkeys(("category", "path", "referrer", "title", "url"), TEXT)},
    SCREENS: {**CALL, "name": TEXT, "category": TEXT},
    **{table: {**TRACK, **properties} for table, properties in _EVENT_COLUMNS.items()},
}
"""Table -> column -> type."""

EVENT_TABLES = tuple(_EVENT_COLUMNS)
"""The ten tables of one event each."""
