"""semantics.md, One clock: derived events are a function of history, not of the run."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.derive.birthdays import birthdays, customer_birthday
from smrt_startdeliver.derive.lapses import customer_lost, lapse_traits
from smrt_startdeliver.derive.visits import customer_visits
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.vocabulary import DEFAULT_VISIT_SOURCES
from tests.derive.histories import LOS_ANGELES, SAO_PAULO

START, END = datetime(2018, 6, 1, tzinfo=UTC), datetime(2019, 6, 1, tzinfo=UTC)
HOURS = (END - START) // timedelta(hours=1)

ZONES = st.sampled_from([LOS_ANGELES, SAO_PAULO, "UTC"])
HOUR = st.integers(0, HOURS).map(lambda hours: START + timedelta(hours=hours))
USER = st.sampled_from(["a", "b"])
EVENTS = st.lists(st.tuples(USER, st.sampled_from(DEFAULT_VISIT_SOURCES), HOUR), max_size=25)
LAST_VISITS = st.lists(st.tuples(USER, HOUR), max_size=3)
CUTS = st.lists(HOUR, max_size=5)


def _frame(rows: list[tuple[object, ...]], *columns: str) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(columns)).astype(dict.fromkeys(set(columns) - {"time"}, "str"))
    return frame.astype({"time": "datetime64[us, UTC]"})


def _intervals(cuts: list[datetime]) -> list[Interval]:
    bounds = [START, *sorted(cuts), END]
    return [Interval(start, end) for start, end in pairwise(bounds)]


def _joined(parts: list[pd.DataFrame]) -> list[dict[str, object]]:
    joined = pd.concat(parts).sort_values("id")
    return joined.astype(object).where(joined.notna(), None).to_dict("records")


@run(max_examples=25, deadline=None)
@given(EVENTS, LAST_VISITS, CUTS, ZONES)
def test_cutting_time_into_intervals_gives_the_same_visits_and_lapses(
    events: list[tuple[object, ...]], own: list[tuple[object, ...]], cuts: list[datetime], zone: str
) -> None:
    evidence, last_visits = _frame(events, "user_id", "name", "time"), _frame(own, "user_id", "time")
    settings = Settings(timezone=zone, lost_min_gaps=1, lost_min_days=10)
    whole, parts = Interval(START, END), _intervals(cuts)
    assert _joined([customer_visits(evidence, part, settings) for part in parts]) == _joined(
        [customer_visits(evidence, whole, settings)]
    )
    assert _joined([customer_lost(evidence, last_visits, part, settings) for part in parts]) == _joined(
        [customer_lost(evidence, last_visits, whole, settings)]
    )


@run(max_examples=25, deadline=None)
@given(EVENTS, HOUR, ZONES)
def test_what_happens_at_or_after_end_is_not_read(events: list[tuple[object, ...]], end: datetime, zone: str) -> None:
    everything = _frame(events, "user_id", "name", "time")
    until_end = everything[everything["time"] < end]
    nothing, settings, interval = _frame([], "user_id", "time"), Settings(timezone=zone), Interval(START, end)
    pd.testing.assert_frame_equal(
        customer_visits(everything, interval, settings), customer_visits(until_end, interval, settings)
    )
    pd.testing.assert_frame_equal(
        customer_lost(everything, nothing, interval, settings), customer_lost(until_end, nothing, interval, settings)
    )
    pd.testing.assert_frame_equal(
        lapse_traits(everything, nothing, end, settings), lapse_traits(until_end, nothing, end, settings)
    )


@run(max_examples=25, deadline=None)
@given(st.lists(st.dates(date(2018, 1, 1), date(2019, 12, 31)), min_size=1, max_size=8), CUTS, ZONES)
def test_cutting_time_into_intervals_gives_the_same_birthdays(
    days: list[date], cuts: list[datetime], zone: str
) -> None:
    users = [f"user {number}" for number in range(len(days))]
    customers = pd.DataFrame({"user_id": users, "custom_fields_birthday": [f"{day:%m/%d}" for day in days]})
    settings = Settings(timezone=zone)
    known, _ = birthdays(customers, settings)
    whole = customer_birthday(known, Interval(START, END), settings)
    assert len(whole) == len(days)
    assert _joined([customer_birthday(known, part, settings) for part in _intervals(cuts)]) == _joined([whole])


@pytest.mark.parametrize("source", DEFAULT_VISIT_SOURCES)
def test_the_order_of_rows_does_not_matter(source: str) -> None:
    rows = [("a", name, START + timedelta(days=3)) for name in (source, *DEFAULT_VISIT_SOURCES)]
    evidence = _frame(rows, "user_id", "name", "time")
    whole = Interval(START, END)
    pd.testing.assert_frame_equal(
        customer_visits(evidence, whole, Settings()), customer_visits(evidence[::-1], whole, Settings())
    )
