"""What goes in and what comes out: one frozen record a row. All times are aware and in UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Evidence:
    """An accepted raw event."""

    id: str
    user_id: str
    name: str
    time: datetime
    loaded_at: datetime


@dataclass(frozen=True)
class LastVisit:
    """A value of SMRT's own `last_visit`."""

    user_id: str
    time: datetime


@dataclass(frozen=True)
class Customer:
    """A row of `users`; `extra` holds the flattened `custom_fields_<name>` columns in their order."""

    user_id: str
    created_at: datetime | None = None
    demographic: str | None = None
    custom_fields: str | None = None
    extra: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Order:
    """An Order Created."""

    id: str
    user_id: str
    time: datetime
    order_id: str | None
    value: str | None


@dataclass(frozen=True)
class PlainEvent:
    """A derived event."""

    id: str
    user_id: str
    name: str
    time: datetime
    properties: dict[str, object]
