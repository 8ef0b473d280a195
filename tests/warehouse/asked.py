"""Every statement that a warehouse is asked, over tables with a column of each kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.warehouse.catalog import Catalog
from smrt_startdeliver.warehouse.statements import over_loads, over_rows

VALUES: dict[str, Kind] = {
    "value": "number",
    "items": "integer",
    "paid": "boolean",
    "due at": "time",
    "birthday": "date",
    "note": "text",
}
_KEYS: dict[str, Kind] = {"id": "text", "user_id": "text", "timestamp": "time", "received_at": "time"}
CATALOG = Catalog(
    "smrt",
    {
        "users": {"id": "text", "email": "text", "phone": "text", "received_at": "time", **VALUES},
        "identifies": {"user_id": "text", "last_visit": "date", "received_at": "time"},
        "groups": {**_KEYS, "group_id": "text"},
        "order_created": {**_KEYS, **VALUES},
    },
)
_EVENT_KEYS = ("id", "user_id", "name")
_EVENTS = over_rows("events", CATALOG, "order_created", _EVENT_KEYS, VALUES)
_SOME_EVENTS = over_rows("events", CATALOG, "order_created", _EVENT_KEYS, {}, of_customers="user_id", with_nobodys=True)
STATEMENTS: dict[str, sa.TextClause] = {
    "events": _EVENTS,
    "events_of_some": _SOME_EVENTS,
    "groups": over_rows("groups", CATALOG, "groups", ("id", "user_id", "group_id"), {}),
    "last_visits": over_rows("last_visits", CATALOG, "identifies", ("user_id",), {"last_visit": "date"}),
    "counted": over_loads("counted", CATALOG, ["groups", "order_created"]),
    "newest_user": over_rows("newest_user", CATALOG, "users", ("id",), {}),
    "people": over_rows("people", CATALOG, "users", ("id", "email", "phone"), {}),
    "users": over_rows("users", CATALOG, "users", ("id",), VALUES),
    "users_of_some": over_rows("users", CATALOG, "users", ("id",), {}, of_customers="id"),
}

_OF_EVENTS: dict[str, Kind] = {
    "id": "text",
    "user_id": "text",
    "name": "text",
    "time": "time",
    "loaded_at": "time",
    "reason": "text",
    "copies": "integer",
}
_OF_USERS: dict[str, Kind] = {"user_id": "text", "loaded_at": "time", "row_hash": "integer", "copies": "integer"}
_AS_VALUES: dict[str, Kind] = {f"value_{name}": kind for name, kind in VALUES.items()}
COLUMNS: dict[str, dict[str, Kind]] = {
    "events": _OF_EVENTS | _AS_VALUES,
    "events_of_some": _OF_EVENTS,
    "groups": {
        "id": "text",
        "user_id": "text",
        "group_id": "text",
        "time": "time",
        "loaded_at": "time",
        "copies": "integer",
    },
    "last_visits": {"user_id": "text", "value_last_visit": "date"},
    "counted": {"source_table": "text", "rows": "integer", "counted": "integer", "to_count": "integer"},
    "newest_user": {"user_id": "text"},
    "people": {"key": "text", "how": "text"},
    "users": _OF_USERS | _AS_VALUES,
    "users_of_some": _OF_USERS,
}
_WINDOW: dict[str, Any] = {
    "read_from": datetime(2026, 1, 10, tzinfo=UTC),
    "read_until": datetime(2026, 1, 12, tzinfo=UTC),
    "max_clock_skew": timedelta(hours=24),
    "min_event_time": datetime(2000, 1, 1, tzinfo=UTC),
}
_SOME = {"customers": ["ann", "it's %(a)s \\ :b"]}
PARAMETERS: dict[str, list[dict[str, Any]]] = {
    "events": [_WINDOW],
    "events_of_some": [
        _WINDOW | _SOME | {"nobodys_since": datetime(2026, 1, 10, tzinfo=UTC)},
        _WINDOW | {"customers": [], "nobodys_since": datetime(2026, 1, 10, tzinfo=UTC)},
    ],
    "groups": [{}],
    "last_visits": [{}],
    "counted": [
        {
            "counted_before": datetime(2026, 1, 11, tzinfo=UTC),
            "count_before": datetime(2026, 1, 12, tzinfo=UTC),
        }
    ],
    "newest_user": [{"forgotten": ["bob"]}, {"forgotten": []}],
    "people": [
        {"asked": "ann", "email": None, "digits": None, "least_digits": 7, "rows": 100},
        {"asked": "x", "email": "bob@example.com", "digits": "5551234567", "least_digits": 7, "rows": 100},
    ],
    "users": [{}],
    "users_of_some": [_SOME, {"customers": []}],
}
"""What each is asked with, once or more often."""
