"""SMRT's events and traits, said once: their names, their tables and columns, and how they nest outside the warehouse.

Source: warehouse.md (SMRT's events, SMRT's traits), which follows SMRT's own article on its Segment integration.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

USERS, IDENTIFIES, GROUPS = "users", "identifies", "groups"
"""The tables of the warehouse that are no events (warehouse.md, Tables)."""

CUSTOMER_VISIT = "Customer Visit"
CUSTOMER_LOST = "Customer Lost"
CUSTOMER_BIRTHDAY = "Customer Birthday"
ORDER_CREATED = "Order Created"
PICKUP_COMPLETED = "Pickup Completed"
NEW_CUSTOMER_SIGNUP = "New Customer Signup"

AUDIENCE_ENTERED = "Audience Entered"
AUDIENCE_EXITED = "Audience Exited"
"""Segment's names of what `audience_events` adds."""

DERIVED_EVENTS = (CUSTOMER_VISIT, CUSTOMER_LOST, CUSTOMER_BIRTHDAY)
DEFAULT_VISIT_SOURCES = (PICKUP_COMPLETED, ORDER_CREATED, "Order Returned", NEW_CUSTOMER_SIGNUP)


def snake_case(name: str) -> str:
    """Segment's snake case of a name (semantics.md, Segment's snake case): `hasCreditCard` is `has_credit_card`.

    A name without a letter or digit of ASCII gives an empty text; who needs a key refuses that.
    """
    tokens = (token for run in re.findall(r"[A-Za-z0-9]+", name) for token in re.findall(r"[A-Z0-9]*[a-z0-9]*", run))
    return "_".join(token.lower() for token in tokens if token)


@dataclass(frozen=True)
class EventTable:
    """A table of events: where its rows are, what they are called, which of its columns are properties.

    `properties` maps a column to its path outside the warehouse: ("address", "postal_code") is
    `{"address": {"postal_code": …}}`. `numbers` names the columns that are numbers by their nature, however the
    warehouse holds them (money may arrive as text).
    """

    table: str
    name: str | None  # None: each row has its own (a page's or a screen's)
    type: Literal["track", "page"]
    properties: dict[str, tuple[str, ...]]
    numbers: frozenset[str] = frozenset()


def _flat(*columns: str) -> dict[str, tuple[str, ...]]:
    return {column: (column,) for column in columns}


_ADDRESS = {
    "address_street": ("address", "street"),
    "address_city": ("address", "city"),
    "address_state": ("address", "state"),
    "address_postal_code": ("address", "postalCode"),
    "address_country": ("address", "country"),
}
_DISCOUNT = {f"discount_{part}": ("discount", part) for part in ("name", "description", "value")}
_ORDER = _flat("order_id", "agent", "customer_brand", "value", "revenue", "sold_by", "returned_by") | _DISCOUNT
_ORDER_NUMBERS = frozenset({"value", "revenue", "discount_value"})
_PAGE = _flat("category", "path", "referrer", "search", "title", "url", "keywords")


def _track(name: str, properties: dict[str, tuple[str, ...]], numbers: frozenset[str] = frozenset()) -> EventTable:
    return EventTable(snake_case(name), name, "track", properties, numbers)


SMRT_EVENTS = (
    _track(
        PICKUP_COMPLETED,
        _flat("driver", "route", "had_pickup", "had_delivery", "total_pickups", "total_deliveries") | _ADDRESS,
        frozenset({"total_pickups", "total_deliveries"}),
    ),
    _track("Pickup Missed", {}),
    _track("Pickup Scheduled", _flat("scheduled_by")),
    _track("Customer Canceled Pickup", {}),
    _track("Customer Requested Regular Pickups", {}),
    _track(ORDER_CREATED, _ORDER, _ORDER_NUMBERS),
    _track("Order Ready", _ORDER, _ORDER_NUMBERS),
    _track("Order Returned", _ORDER, _ORDER_NUMBERS),
    _track("Order Line Item Returned", _ORDER | _flat("department"), _ORDER_NUMBERS),
    _track(NEW_CUSTOMER_SIGNUP, _flat("source")),
)
"""The ten events that SMRT emits and nobody needs to derive."""

DERIVED_PROPERTIES: dict[str, tuple[str, ...]] = {
    CUSTOMER_VISIT: ("source",),
    CUSTOMER_LOST: ("lastVisitDay", "cadenceDays", "thresholdDays"),
    CUSTOMER_BIRTHDAY: (),
}
"""What this pipeline says of the events that it derives (semantics.md)."""

SMRT_DERIVED_EVENTS = tuple(_track(name, {}) for name in DERIVED_EVENTS)
"""SMRT's own derived events: there or not; `derived_events: passthrough` sends them in place of ours."""

PAGE_TABLES = (
    EventTable("pages", None, "page", _PAGE),
    EventTable("screens", None, "page", _PAGE),
)
UNNAMED_PAGE = "Viewed Page"

EVENT_TABLES: tuple[EventTable, ...] = SMRT_EVENTS + SMRT_DERIVED_EVENTS + PAGE_TABLES
EVENT_NAMES = tuple(table.name for table in EVENT_TABLES if table.name is not None)
CALL_COLUMNS = frozenset(
    {"id", "user_id", "anonymous_id", "event", "event_text", "timestamp", "sent_at", "original_timestamp", "uuid"}
    | {"loaded_at", "uuid_ts", "received_at"}
)
"""The columns of a call itself, beside `context_*` (warehouse.md, Common columns); others are traits or properties."""

PAGES = "pages"
SCREENS = "screens"

SMRT_TRAITS: dict[str, tuple[str, ...]] = {
    "email": ("email",),
    "name": ("name",),
    "first_name": ("firstName",),
    "last_name": ("lastName",),
    "phone": ("phone",),
    "is_mobile": ("isMobile",),
    "agent": ("agent",),
    "payment_term": ("paymentTerm",),
    "has_credit_card": ("hasCreditCard",),
    "created_at": ("createdAt",),
    "last_visit": ("lastVisit",),
    "delivery_preference": ("deliveryPreference",),
    "link": ("link",),
    "brand": ("brand",),
    **_ADDRESS,
    "receive_emails": ("receiveEmails",),
    "receive_texts": ("receiveTexts",),
    "group": ("group",),
    "account_discount_name": ("accountDiscount", "name"),
    "account_discount_description": ("accountDiscount", "description"),
    "account_discount_value": ("accountDiscount", "value"),
    "custom_fields": ("customFields",),
    "demographic": ("demographic",),
}
"""Column of `users` -> path below `traits` in the Segment payload, with SMRT's own names."""

DERIVED_TRAITS = ("lastVisit", "isLost", "visitCadenceDays", "demographic", "nextBirthday")
"""Traits that this pipeline derives (semantics.md); they stand in the payload beside SMRT's, or in their place."""
