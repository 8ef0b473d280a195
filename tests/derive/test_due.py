"""Until a customer is due, nothing that is derived of them changes by the clock alone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pandas as pd
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.derive.birthdays import birthdays, customer_birthday, next_birthday
from smrt_startdeliver.derive.due import due_by_birthdays, due_by_lapses, due_by_times, earliest
from smrt_startdeliver.derive.lapses import customer_lost, lapse_traits
from smrt_startdeliver.derive.visits import customer_visits, last_visit
from smrt_startdeliver.settings import Settings
from tests.derive.test_one_clock import EVENTS, HOUR, LAST_VISITS, ZONES, _frame

LATER = st.one_of(
    st.sampled_from([timedelta(microseconds=1), timedelta(hours=2), timedelta(days=31)]),
    st.integers(1, 400 * 24).map(lambda hours: timedelta(hours=hours)),
)


def _traits(evidence: pd.DataFrame, own: pd.DataFrame, end: datetime, settings: Settings) -> pd.DataFrame:
    lapses = lapse_traits(evidence, own, end, settings).drop(columns="lost_at")
    frame = last_visit(evidence, own, end, settings).merge(lapses, on="user_id", how="outer")
    return frame.set_index("user_id").astype("str")


@run(max_examples=60, deadline=None)
@given(EVENTS, LAST_VISITS, HOUR, LATER, ZONES)
def test_who_is_not_due_visits_nowhere_is_not_lost_and_keeps_all_traits(
    events: list[tuple[object, ...]], own: list[tuple[object, ...]], end: datetime, later: timedelta, zone: str
) -> None:
    evidence, last_visits = _frame(events, "user_id", "name", "time"), _frame(own, "user_id", "time")
    settings = Settings(timezone=zone, lost_min_gaps=1, lost_min_days=10)
    lapses = lapse_traits(evidence, last_visits, end, settings)
    due = earliest([due_by_times(evidence, end), due_by_times(last_visits, end), due_by_lapses(lapses, end)])
    then = end + later
    is_due = set(due.loc[due["due"] < then, "user_id"])

    between = Interval(end, then)
    happened = {
        *customer_visits(evidence, between, settings)["user_id"],
        *customer_lost(evidence, last_visits, between, settings)["user_id"],
    }
    assert happened <= is_due
    before, after = (_traits(evidence, last_visits, moment, settings) for moment in (end, then))
    both = before.reindex(before.index.union(after.index)), after.reindex(before.index.union(after.index))
    changed = (both[0].fillna("") != both[1].fillna("")).any(axis=1)
    assert set(changed.index[changed]) <= is_due


@run(max_examples=60, deadline=None)
@given(st.dates(date(2018, 1, 1), date(2019, 12, 31)), st.booleans(), HOUR, HOUR, LATER, ZONES)
def test_who_is_not_due_has_no_birthday_and_keeps_the_next(
    day: date, with_year: bool, created: datetime, end: datetime, later: timedelta, zone: str
) -> None:
    text = f"{day:%m/%d/%Y}" if with_year else f"{day:%m/%d}"
    customers = pd.DataFrame({"user_id": ["ann"], "custom_fields_birthday": [text]})
    customers["created_at"] = pd.Series([created], dtype="datetime64[us, UTC]")
    settings = Settings(timezone=zone)
    known, _ = birthdays(customers, settings)
    coming = next_birthday(known, end, settings)
    due = due_by_birthdays(coming, end, settings)["due"]
    then = end + later
    if not (due < then).any():
        assert customer_birthday(known, Interval(end, then), settings).empty
        pd.testing.assert_frame_equal(coming, next_birthday(known, then, settings))


def test_a_birthday_makes_due_on_its_day_and_once_more_when_it_is_over() -> None:
    settings = Settings(timezone="UTC")
    coming = pd.DataFrame({"user_id": ["ann"], "nextBirthday": ["2026-03-05"]})
    before = due_by_birthdays(coming, datetime.fromisoformat("2026-03-04T12:00Z"), settings)
    assert before["due"].tolist() == [pd.Timestamp("2026-03-05T00:00Z")]
    on_the_day = due_by_birthdays(coming, datetime.fromisoformat("2026-03-05T12:00Z"), settings)
    assert on_the_day["due"].tolist() == [pd.Timestamp("2026-03-05T23:59:59.999999Z")]
