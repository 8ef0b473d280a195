"""Histories, and questions of one customer, written down in a line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from tests.engage.two_readings import Rules
from tests.plain.engage.records import PlainHappening

UTC_ZONE = ZoneInfo("UTC")
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
MICROSECOND = timedelta(microseconds=1)

NUMBERS = count(1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


END = at("2024-03-13T15:00")


def did(
    name: str, time: str | datetime, user_id: str = "u1", event_id: str | None = None, **properties
) -> PlainHappening:
    instant = at(time) if isinstance(time, str) else time
    return PlainHappening(event_id or f"e{next(NUMBERS)}", user_id, name, instant, properties)


def order_of(*values: object, path: str = "value") -> list[PlainHappening]:
    """An Order Created an hour with each of these values, in this order."""
    return [
        did("Order Created", at("2024-03-01") + timedelta(hours=hour), **{path: value})
        for hour, value in enumerate(values)
    ]


def trait(rules: Rules, history: list[PlainHappening], end: datetime = END, zone: ZoneInfo = UTC_ZONE, **words):
    """The value for u1 of a trait over Order Created."""
    declaration = {"name": "T", "event": "Order Created", **words}
    return rules.computed_trait(declaration, history, ["u1"], end, zone)["u1"]


def belongs(
    rules: Rules,
    audience: dict,
    history: list[PlainHappening] | None = None,
    end: datetime = END,
    zone: ZoneInfo = UTC_ZONE,
    **traits: object,
) -> bool:
    """Whether u1, who has these traits of her own, is in the audience."""
    declared = [{"name": "A", **audience}]
    return rules.members(declared, {"u1": traits}, {}, history or [], ["u1"], end, zone) == {"A": {"u1"}}


def satisfies(
    rules: Rules, value: object, op: str, *declared: object, end: datetime = END, zone: ZoneInfo = UTC_ZONE
) -> bool:
    """Whether a trait of this value satisfies `op`."""
    condition = {"trait": "agent", "op": op} | ({"value": declared[0]} if declared else {})
    return belongs(rules, {"all": [condition]}, end=end, zone=zone, agent=value)
