"""Histories worth testing: few customers over some months, with times that crowd around midnights and clock changes.

Records are those of `tests.plain`. Everything that a rule may trip over is likely here: equal instants, the first
instant of a day and the microsecond before it, skipped and doubled hours, rhythms near `cycle_days`, gaps long enough
for a lapse, a return on the very day of it, values of `last_visit` between the events, rows in no order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.vocabulary import DEFAULT_VISIT_SOURCES, NEW_CUSTOMER_SIGNUP, ORDER_CREATED, PICKUP_COMPLETED
from tests.plain.days import first_instant
from tests.plain.lapses import customer_lost
from tests.plain.records import Evidence, LastVisit

CLOCK_CHANGES = [
    ("UTC", date(2024, 2, 29)),
    ("America/Los_Angeles", date(2024, 3, 10)),
    ("America/Los_Angeles", date(2024, 11, 3)),
    ("America/Sao_Paulo", date(2017, 10, 15)),  # midnight skipped
    ("America/Sao_Paulo", date(2018, 2, 18)),
    ("America/Sao_Paulo", date(2018, 11, 4)),  # midnight skipped
    ("Asia/Beirut", date(2023, 3, 30)),  # midnight skipped, after a last-minute change of plans
    ("Asia/Beirut", date(2024, 3, 31)),  # midnight skipped
    ("Asia/Beirut", date(2024, 10, 27)),
    ("Australia/Lord_Howe", date(2024, 4, 7)),  # by half an hour
    ("Australia/Lord_Howe", date(2024, 10, 6)),
]
"""Zones, and days on which their clocks change; UTC has a leap day instead."""

MICROSECOND = timedelta(microseconds=1)
TIMES_OF_DAY = st.sampled_from([
    timedelta(0), MICROSECOND, -MICROSECOND, timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2),
    timedelta(hours=9), timedelta(hours=23), timedelta(hours=23, minutes=30),
])  # fmt: skip
"""Since the first instant of a day."""

ANY_NAME = st.sampled_from([*DEFAULT_VISIT_SOURCES, "Pickup Missed", "Order Ready"])
NAMES = st.one_of(st.sampled_from([ORDER_CREATED, ORDER_CREATED, PICKUP_COMPLETED]), ANY_NAME)

STEPS = st.one_of(st.sampled_from([7, 14, 60]), st.integers(3, 5), st.integers(0, 2), st.integers(6, 30))
"""Days from one thing that a customer does to the next: weekly, near a cycle's length, the same day, a lapse."""
STEPS_IN_RHYTHM = st.one_of(st.none(), st.none(), STEPS)
"""None is the customer's usual step."""

SOMETHING_ELSE = st.tuples(ANY_NAME, st.sampled_from([timedelta(0), timedelta(0), MICROSECOND, timedelta(hours=3)]))
DEEDS = st.tuples(STEPS_IN_RHYTHM, NAMES, TIMES_OF_DAY, st.one_of(st.none(), SOMETHING_ELSE))
"""Days since the last deed, what it is, when in the day, and what comes with it, how long after."""

HISTORY_DAYS = 200
LIVES = st.tuples(
    STEPS,
    st.one_of(st.lists(DEEDS, max_size=12), st.lists(DEEDS, min_size=8, max_size=12)),
    st.lists(st.tuples(st.integers(0, HISTORY_DAYS), TIMES_OF_DAY), max_size=3),
)
"""A customer's usual step, her deeds, and the days and times of her `last_visit`."""


@dataclass(frozen=True)
class History:
    """What the warehouse holds of a few customers, the settings, and an interval of interest."""

    settings: Settings
    interval: Interval
    evidence: list[Evidence]
    last_visits: list[LastVisit]


def settings_for(**values: object) -> Settings:
    """Settings with these values in place of the defaults."""
    return Settings.model_validate(values)


VISITING_SETTINGS = st.fixed_dictionaries({
    "visit_sources": st.sampled_from([
        DEFAULT_VISIT_SOURCES,
        DEFAULT_VISIT_SOURCES,
        DEFAULT_VISIT_SOURCES[::-1],
        (PICKUP_COMPLETED,),
        ("Order Returned", NEW_CUSTOMER_SIGNUP),
        (NEW_CUSTOMER_SIGNUP,),
    ]),
    "cycle_days": st.integers(1, 6),
    "lost_gaps": st.integers(1, 10),
    "lost_min_gaps": st.integers(1, 4),
    "lost_default_cadence_days": st.integers(1, 15),
    "lost_multiplier": st.sampled_from([Decimal(text) for text in ("2.0", "1.5", "2.35", "0.7", "1.1", "2.3")]),
    "lost_min_days": st.integers(1, 12),
    "lost_max_days": st.integers(12, 52),
})  # fmt: skip
"""Everything that visits and lapses turn on; thresholds small enough for a lapse within the history."""

FIRST_DAYS = st.builds(
    lambda change, days: (change[0], change[1] - timedelta(days=days)),
    st.sampled_from(CLOCK_CHANGES),
    st.integers(0, 60),
)
"""A zone and the day on which a history begins, so that a clock change lies within it."""


def instant(first_day: date, days: int, time_of_day: timedelta, zone: ZoneInfo) -> datetime:
    """So many days after the first one, so long after the first instant of that day."""
    return first_instant(first_day + timedelta(days=days), zone) + time_of_day


def interval_ends(days: int) -> st.SearchStrategy[list[tuple[int, timedelta]]]:
    """Two days and times, from before the first day to so many after, in order; the first is often before all."""
    start, end = st.one_of(st.just(-5), st.integers(-5, days)), st.integers(-5, days)
    return st.tuples(st.tuples(start, TIMES_OF_DAY), st.tuples(end, TIMES_OF_DAY)).map(sorted)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Up to three customers, some of whom come back on the day, or at the very instant, on which they are lost."""
    timezone, first_day = draw(FIRST_DAYS)
    settings = settings_for(timezone=timezone, **draw(VISITING_SETTINGS))
    deeds: list[tuple[str, str, datetime]] = []
    seen: list[LastVisit] = []
    for user_id, (usual_step, hers, own) in zip(("u1", "u2", "ü 3"), draw(SOME_LIVES), strict=False):
        day = 0
        for step, name, time_of_day, with_it in hers:
            day += usual_step if step is None else step
            at = instant(first_day, day, time_of_day, settings.zone)
            deeds.append((user_id, name, at))
            if with_it:
                deeds.append((user_id, with_it[0], at + with_it[1]))
        seen += [LastVisit(user_id, instant(first_day, *at, settings.zone)) for at in own]

    losses = customer_lost(_evidence(deeds), seen, ALWAYS, settings)
    start, end = (instant(first_day, *at, settings.zone) for at in draw(INTERVAL_ENDS))
    if losses and draw(st.booleans()):  # a lapse at the very end is not yet one
        end = max(start, losses[draw(st.integers(0, 9)) % len(losses)].time)
    for which, name, time_of_day in draw(RETURNS) if losses else []:
        loss = losses[which % len(losses)]
        deeds.append((loss.user_id, name, loss.time + time_of_day))
    Random(len(deeds)).shuffle(deeds)
    return History(settings, Interval(start, end), _evidence(deeds), seen)


SOME_LIVES = st.lists(LIVES, min_size=1, max_size=3)
ALWAYS = Interval(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
RETURNS = st.lists(st.tuples(st.integers(0, 9), NAMES, TIMES_OF_DAY), max_size=3)
INTERVAL_ENDS = interval_ends(HISTORY_DAYS + 60)


def _evidence(deeds: list[tuple[str, str, datetime]]) -> list[Evidence]:
    return [
        Evidence(f"e{number}", user_id, name, at, at + timedelta(minutes=5))
        for number, (user_id, name, at) in enumerate(deeds)
    ]


def cuts(whole: Interval, likely: list[datetime]) -> st.SearchStrategy[list[Interval]]:
    """Ways to cut an interval into intervals, in some order; cuts fall on and beside the likely instants."""
    beside = [at + off for at in [whole.start, *likely] for off in (timedelta(0), MICROSECOND, -MICROSECOND)]
    inside = sorted({at for at in beside if whole.start < at < whole.end})
    anywhere = st.datetimes(whole.start.replace(tzinfo=None), whole.end.replace(tzinfo=None), timezones=st.just(UTC))
    points = st.lists(st.one_of(st.sampled_from(inside), anywhere) if inside else anywhere, max_size=6)
    return points.map(
        lambda at: [
            Interval(start, end)
            for start, end in zip([whole.start, *sorted(at)], [*sorted(at), whole.end], strict=True)
        ]
    ).flatmap(st.permutations)
