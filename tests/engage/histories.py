"""Histories worth asking of: few customers, whose events crowd around the edges of windows and of days.

A column has one kind throughout an example, as in a warehouse; which one it is differs from example to example.
Instants that windows turn on, and the microseconds beside them, are likely; so are equal times, nulls and blanks.

Whatever is left to chance is asked of `choose`, which takes one of several: hypothesis draws and shrinks it, a seeded
generator goes through many that have nothing in common.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from smrt_startdeliver.mapping.casts import Kind
from tests.plain.days import day_of, first_instant
from tests.plain.engage.records import PlainHappening

Choose = Callable[[Sequence[Any]], Any]

MICROSECOND = timedelta(microseconds=1)
WINDOW_DAYS = (1, 2, 7, 30)

CLOCK_CHANGES = [
    ("UTC", date(2024, 2, 29)),
    ("America/Los_Angeles", date(2024, 3, 10)),
    ("America/Los_Angeles", date(2024, 11, 3)),
    ("America/Sao_Paulo", date(2018, 2, 18)),
    ("America/Sao_Paulo", date(2018, 11, 4)),  # midnight skipped
]
"""Zones, and days on which their clocks change; UTC has a leap day instead."""

TIMES_OF_DAY = [
    timedelta(0), MICROSECOND, -MICROSECOND, timedelta(hours=1), timedelta(hours=2, minutes=30), timedelta(hours=15),
]  # fmt: skip

DAYS_AFTER_IT = (0, 1, 2, 7, 8, 30)
"""On which `end` lies, so that the change lies within a window before it."""

EVENTS = {
    "Order Created": ("agent", "order_id", "value", "discount.name", "discount.value"),
    "Order Line Item Returned": ("department", "value", "agent"),
    "Pickup Completed": ("driver", "route", "address.city", "had_pickup", "total_pickups"),
    "Customer Visit": ("source",),
    "Pickup Missed": (),
}
"""Events, derived ones among them, and those of their properties that are told."""

AMOUNTS = ("value", "discount.value", "total_pickups", "had_pickup")
"""Properties that aggregations are made of; sums of any of their numbers are far from half a millionth."""

Values = tuple[str | int | float | Decimal | bool | datetime | date, ...]


@dataclass(frozen=True)
class Column:
    """What a property or a trait may hold beside nulls, all of one kind and Python type."""

    kind: Kind
    values: Values


MONEY = [
    Column("text", ("19.90", "19.9", " 7 ", "7.0", "abc", "", " ", "-5", "1e1", ".5", "$5", "NaN", "0.12345678")),
    Column("number", (Decimal("19.90"), Decimal("7.00"), Decimal("7"), Decimal("-5.5"), Decimal("1E+3"), Decimal(0))),
    Column("number", (19.9, 7.0, 0.1, 0.2, -0.0, 1.2e-7, 1234567.89)),
    Column("integer", (0, 1, 7, 19, 10)),
]
COUNTS = [Column("integer", (0, 1, 2, 10)), Column("text", ("0", "1", "2.0", "10", "two", "true"))]
WORDS = [
    Column("text", ("Store 1", "store 1", "Store 10", "Störe", "9", "10", "  ", "\u00a0")),
    Column(
        "text", ('["Store 1", 7, true, null]', '["Store 1"', "[19.90]", "[]", '["9", "9.0"]', "Store 1", '{"a": 7}')
    ),
]
BOOLEANS = [Column("boolean", (True, False)), Column("text", ("true", "false", "True", "1"))]
IDS = [
    Column("text", ("1", "01", "1.0", "A-1", "12345678901234567890", "12345678901234567891", "0.30000000000000001")),
    Column("integer", (1, 2, 9, 10, 12345678901234567)),
]


def near_days(end: datetime, zone: ZoneInfo) -> list[date]:
    """Days on and beside the edges of what is near today, on both sides of it."""
    edges = {sign * (days + beside) for days in (0, *WINDOW_DAYS) for beside in (0, 1) for sign in (1, -1)}
    return [day_of(end, zone) + timedelta(days=days) for days in sorted(edges)]


def near_instants(end: datetime, zone: ZoneInfo) -> list[datetime]:
    """The first instants of those days, the microseconds before them, `end` and what is beside it."""
    begins = [first_instant(day, zone) for day in near_days(end, zone)]
    return [begin - before for begin in begins for before in (timedelta(0), MICROSECOND)] + [end, end + MICROSECOND]


def date_columns(end: datetime, zone: ZoneInfo) -> list[Column]:
    """Days and times near `end`: as themselves, and as texts in many forms, some of which are none."""
    days, instants = near_days(end, zone), near_instants(end, zone)
    texts = [
        *[day.isoformat() for day in days],
        *[instant.isoformat() for instant in instants[::3]],
        *[instant.astimezone(zone).isoformat(" ") for instant in instants[1::3]],
        *[instant.replace(tzinfo=None).isoformat() for instant in instants[2::3]],
    ]
    odd_texts = (
        f" {days[7]} ", f"{days[5]}T08:00", f" {days[8]} 08:00Z", f"{days[6]}T08:00:00.1234567+0530", f"{days[9]}",
        "0001-01-01", "9999-12-31", "2024-02-30", "03/10/2024", "2024-03", "soon", "20240310", " ",
    )  # fmt: skip
    return [
        Column("time", tuple(instants)), Column("date", tuple(days)), Column("text", tuple(texts)),
        Column("text", odd_texts),
    ]  # fmt: skip


def property_columns(choose: Choose, end: datetime, zone: ZoneInfo) -> dict[str, Column]:
    """A column for every path among the properties."""
    dates = date_columns(end, zone)
    of_path = {
        "agent": WORDS, "order_id": IDS, "value": MONEY, "discount.name": [*WORDS, *dates], "discount.value": MONEY,
        "department": WORDS, "driver": WORDS, "route": [*IDS, *dates], "address.city": WORDS, "had_pickup": BOOLEANS,
        "total_pickups": COUNTS, "source": WORDS,
    }  # fmt: skip
    return {path: a_few(choose, choose(columns)) for path, columns in of_path.items()}


def trait_columns(choose: Choose, end: datetime, zone: ZoneInfo) -> dict[str, Column]:
    """A column for every path among the customers' own traits."""
    dates = date_columns(end, zone)
    next_birthday = Column("text", tuple(day.isoformat() for day in near_days(end, zone)))
    of_path = {
        "email": [Column("text", ("a@example.com", "A@example.com", "b@example.com", ""))],
        "agent": WORDS, "paymentTerm": [Column("text", ("POS", "Statement", "AutoPay"))], "hasCreditCard": BOOLEANS,
        "createdAt": dates, "lastVisit": dates[:1], "accountDiscount.value": MONEY,
        "demographic": [Column("integer", (1, 2, 3, 4, 5)), Column("text", ("1", "3", "5.0", "top"))],
        "isLost": BOOLEANS[:1], "nextBirthday": [next_birthday], "visitCadenceDays": [Column("integer", (1, 7, 14))],
    }  # fmt: skip
    return {path: a_few(choose, choose(columns)) for path, columns in of_path.items()}


def a_few(choose: Choose, column: Column) -> Column:
    """Two to four of its values, so that they recur."""
    return Column(column.kind, tuple(choose(column.values) for _ in range(choose([3, 2, 4]))))


ABSENT = object()
"""Stands where a row has no such name at all."""


def row(choose: Choose, columns: dict[str, Column]) -> dict[str, object]:
    """One value a column, nested as the paths say; some are None, some are not there."""
    return nested({path: choose([*column.values * 3, None, ABSENT]) for path, column in columns.items()})


def nested(cells: dict[str, object]) -> dict[str, object]:
    """`{"address.city": "Oakland"}` as `{"address": {"city": "Oakland"}}`."""
    whole: dict[str, object] = {}
    for path, value in cells.items():
        if value is not ABSENT:
            *above, name = path.split(".")
            place = whole
            for step in above:
                place = place.setdefault(step, {})
            place[name] = value
    return whole


def times(end: datetime, zone: ZoneInfo) -> list[datetime]:
    """On and beside the edges of windows, at and after `end`, where days begin, and as often well inside windows."""
    edges = [end - timedelta(hours=24 * days) for days in (0, *WINDOW_DAYS)]
    beside = [edge + off for edge in edges for off in (timedelta(0), MICROSECOND, -MICROSECOND)]
    between = [end - timedelta(hours=24 * days + 12) for days in (0, *WINDOW_DAYS, 400)]
    begins = [first_instant(day_of(edge, zone), zone) for edge in edges]
    inside = [end - timedelta(hours=hours) for hours in range(1, 24)]
    return [time.astimezone(UTC) for time in (*beside, *between, *begins, *inside, end + timedelta(days=1))]


@dataclass(frozen=True)
class Scene:
    """What is known of a few customers as of `end`, and what kind each column is of. Whoever has events is judged."""

    history: list[PlainHappening]
    traits: dict[str, dict]
    customers: list[str]
    end: datetime
    zone: ZoneInfo
    property_columns: dict[str, Column]
    trait_columns: dict[str, Column]

    @property
    def events(self) -> list[str]:
        """The names of all events, those that happened several times over."""
        return [*EVENTS, *sorted({happening.name for happening in self.history}) * 6]


CUSTOMERS = ["u1", "u2", "u10", "ü 3"]


def scene(choose: Choose) -> Scene:
    """One to four customers and up to 24 events; some customers have no events, some no traits."""
    timezone, change = choose(CLOCK_CHANGES)
    zone = ZoneInfo(timezone)
    end = first_instant(change + timedelta(days=choose(DAYS_AFTER_IT)), zone) + choose(TIMES_OF_DAY)
    of_events, of_customers = property_columns(choose, end, zone), trait_columns(choose, end, zone)
    customers = CUSTOMERS[: choose([3, 4, 4, 2, 1])]
    names = [choose(list(EVENTS)) for _ in range(choose([1, 2, 3]))]
    likely = [choose(times(end, zone)) for _ in range(choose(range(2, 8)))]
    history = []
    for number in range(choose([2, 0, 5, 9, 14, 19, 24])):
        name = choose(names)
        properties = row(choose, {path: of_events[path] for path in EVENTS[name]})
        happening = PlainHappening(f"e{7 * number % 31}", choose(customers), name, choose(likely), properties)
        history.append(happening)
    traits = {user_id: row(choose, of_customers) for user_id in customers if choose([True, True, True, False])}
    return Scene(history, traits, customers, end, zone, of_events, of_customers)
