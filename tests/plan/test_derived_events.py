"""Which of the derived events a run sends."""

from __future__ import annotations

import pandas as pd
import pytest

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.plan.derived_events import in_reach, lost_before, over_epochs, selected, stale
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.vocabulary import CUSTOMER_BIRTHDAY, CUSTOMER_LOST, CUSTOMER_VISIT
from tests.plan.frames import at, between, epochs, events, texts

WINDOW = between("2026-01-10", "2026-01-12")
LOS_ANGELES = Settings(timezone="America/Los_Angeles")
UTC = Settings().zone


def chosen(frame: pd.DataFrame, mask: pd.Series) -> list[str]:
    assert mask.dtype == bool
    assert mask.index.equals(frame.index)
    return list(frame.loc[mask, "user_id"])


# over_epochs


def asked_for(interval: Interval, rules: list) -> list[tuple[Interval, str]]:
    """The parts for which events are derived, each with the zone of its settings."""
    parts = []

    def derive(part: Interval, settings: Settings) -> pd.DataFrame:
        parts.append((part, settings.timezone))
        return events()

    found = over_epochs(derive, interval, rules)
    assert list(found) == ["id", "user_id", "name", "time"]
    return parts


def test_each_part_of_history_is_derived_under_the_settings_of_its_time() -> None:
    rules = epochs(Settings(), LOS_ANGELES, changes=("2026-01-11",))
    assert asked_for(WINDOW, rules) == [
        (between("2026-01-10", "2026-01-11"), "UTC"),
        (between("2026-01-11", "2026-01-12"), "America/Los_Angeles"),
    ]


def test_an_epoch_that_touches_the_interval_only_at_its_edge_derives_nothing() -> None:
    rules = epochs(Settings(), LOS_ANGELES, Settings(), changes=("2026-01-10", "2026-01-12"))
    assert asked_for(WINDOW, rules) == [(WINDOW, "America/Los_Angeles")]


def test_while_smrts_own_are_passed_through_ours_are_not_derived() -> None:
    rules = epochs(Settings(derived_events="passthrough"), LOS_ANGELES, changes=("2026-01-11",))
    assert asked_for(WINDOW, rules) == [(between("2026-01-11", "2026-01-12"), "America/Los_Angeles")]
    (nothing,) = asked_for(WINDOW, epochs(Settings(derived_events="passthrough")))
    assert nothing[0].start == nothing[0].end


# in_reach


def test_derived_events_of_the_window_are_in_reach_and_older_visits_and_losts_of_whom_evidence_came_late() -> None:
    found = events(
        ("in", CUSTOMER_VISIT, "2026-01-10"),
        ("in too", CUSTOMER_BIRTHDAY, "2026-01-11T23:59"),
        ("end", CUSTOMER_VISIT, "2026-01-12"),
        ("old", CUSTOMER_VISIT, "2026-01-09T23:59"),
        ("late", CUSTOMER_VISIT, "2025-06-01"),
        ("late", CUSTOMER_LOST, "2025-09-01"),
        ("late", CUSTOMER_BIRTHDAY, "2025-10-01"),
        ("late", CUSTOMER_VISIT, "2026-01-12"),
    )
    reached = in_reach(found, WINDOW, texts("late", "nobody"))
    assert list(zip(reached["user_id"], reached["name"], strict=True)) == [
        ("in", CUSTOMER_VISIT),
        ("in too", CUSTOMER_BIRTHDAY),
        ("late", CUSTOMER_VISIT),
        ("late", CUSTOMER_LOST),
    ]


# selected


def test_a_derived_event_is_sent_where_the_settings_of_its_time_ask_for_it() -> None:
    only_losts = Settings(events=(CUSTOMER_LOST,))
    found = events(
        ("before", CUSTOMER_VISIT, "2026-01-10T23:59"),
        ("before too", CUSTOMER_LOST, "2026-01-10T23:59"),
        ("after", CUSTOMER_VISIT, "2026-01-11"),
    )
    assert chosen(found, selected(found, epochs(only_losts, Settings(), changes=("2026-01-11",)))) == [
        "before too",
        "after",
    ]
    assert chosen(found, selected(found, epochs(Settings(events=())))) == []


# stale


@pytest.mark.parametrize(
    ("settings", "age"),
    [(Settings(), 2), (Settings(birthday_max_age_days=0), 0), (Settings(birthday_max_age_days=30), 30)],
)
def test_a_birthday_older_than_allowed_is_stale_counted_in_calendar_days(settings: Settings, age: int) -> None:
    end = at("2026-03-10T00:30")
    birthday = pd.Timestamp("2026-03-10T00:00Z") - pd.Timedelta(days=age)
    found = events(
        ("just young enough", CUSTOMER_BIRTHDAY, birthday.strftime("%Y-%m-%dT00:00")),
        ("too old", CUSTOMER_BIRTHDAY, (birthday - pd.Timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M")),
    )
    assert chosen(found, stale(found, texts(), end, settings)) == ["too old"]


def test_the_days_of_a_birthdays_age_are_the_businesss_own() -> None:
    end = at("2026-03-10T06:00")  # still 9 March in Los Angeles
    found = events(
        ("7 March", CUSTOMER_BIRTHDAY, "2026-03-07T08:00"),
        ("6 March", CUSTOMER_BIRTHDAY, "2026-03-06T08:00"),
    )
    assert chosen(found, stale(found, texts(), end, LOS_ANGELES)) == ["6 March"]
    assert chosen(found, stale(found, texts(), end, Settings())) == ["7 March", "6 March"]


def test_daylight_saving_makes_no_birthday_older() -> None:
    found = events(("7 March", CUSTOMER_BIRTHDAY, "2026-03-07T08:00"))
    assert chosen(found, stale(found, texts(), at("2026-03-10T06:59"), LOS_ANGELES)) == []


def test_a_lost_is_stale_unless_it_is_the_present_lapse_of_a_customer_who_is_lost_now() -> None:
    found = events(
        ("back", CUSTOMER_LOST, "2025-06-01"),
        ("lost", CUSTOMER_LOST, "2025-03-01"),
        ("lost", CUSTOMER_LOST, "2025-12-01"),
        ("lost", CUSTOMER_VISIT, "2025-12-31"),
        ("back", CUSTOMER_VISIT, "2025-01-01"),
    )
    is_stale = stale(found, texts("lost"), at("2026-01-12"), Settings())
    assert list(is_stale) == [True, True, False, False, False]


def test_of_no_events_none_is_stale() -> None:
    assert list(stale(events(), texts(), at("2026-01-12"), Settings())) == []


# lost_before


def visit_days(*rows: tuple[str, str]) -> pd.DataFrame:
    days = [(pd.Timestamp(day) - pd.Timestamp("1970-01-01")).days for _, day in rows]
    return pd.DataFrame({"user_id": texts(*(user for user, _ in rows)), "day": pd.Series(days, dtype="int32")})


def sent(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Lost events in memory, as (id, user, time)."""
    return events(*((user, CUSTOMER_LOST, time) for _, user, time in rows)).assign(
        id=texts(*(identity for identity, _, _ in rows))
    )[["id", "user_id", "time"]]


def test_a_lost_repeats_one_that_was_sent_while_no_visit_lies_between_them() -> None:
    # Ann was sent lost in March; a row of late February turned up late, so that her lapse is now one of April.
    found = events(("ann", CUSTOMER_LOST, "2025-04-01"), ("bob", CUSTOMER_LOST, "2025-04-01"))
    days = visit_days(("ann", "2025-01-01"), ("ann", "2025-02-20"), ("bob", "2025-01-01"))
    assert chosen(found, lost_before(found, sent(("old", "ann", "2025-03-01")), days, UTC)) == ["ann"]


def test_a_visit_between_them_makes_the_next_lapse_a_new_one() -> None:
    found = events(("ann", CUSTOMER_LOST, "2025-06-01"))
    days = visit_days(("ann", "2025-01-01"), ("ann", "2025-03-15"))
    assert chosen(found, lost_before(found, sent(("old", "ann", "2025-03-01")), days, UTC)) == []


def test_a_visit_on_the_very_day_of_the_lost_lies_between_them() -> None:
    found = events(("ann", CUSTOMER_LOST, "2025-06-01"))
    days = visit_days(("ann", "2025-01-01"), ("ann", "2025-03-01"))
    assert chosen(found, lost_before(found, sent(("old", "ann", "2025-03-01")), days, UTC)) == []


def test_the_very_event_that_was_sent_is_no_repetition_but_itself() -> None:
    found = events(("ann", CUSTOMER_LOST, "2025-03-01"))
    days = visit_days(("ann", "2025-01-01"))
    assert chosen(found, lost_before(found, sent(("event-0", "ann", "2025-03-01")), days, UTC)) == []


def test_only_losts_repeat_and_only_those_of_the_same_customer() -> None:
    found = events(("ann", CUSTOMER_VISIT, "2025-04-01"), ("bob", CUSTOMER_LOST, "2025-04-01"))
    days = visit_days(("ann", "2025-01-01"), ("bob", "2025-01-01"))
    assert chosen(found, lost_before(found, sent(("old", "ann", "2025-03-01")), days, UTC)) == []


def test_the_day_of_a_lost_is_the_businesss_own() -> None:
    # 2 March 07:00 UTC is still 1 March in Los Angeles, the day of the Lost: the visit of that day lies between.
    found = events(("ann", CUSTOMER_LOST, "2025-06-01T07:00"))
    days = visit_days(("ann", "2025-01-01"), ("ann", "2025-03-01"))
    memory = sent(("old", "ann", "2025-03-02T07:00"))
    assert chosen(found, lost_before(found, memory, days, LOS_ANGELES.zone)) == []
    assert chosen(found, lost_before(found, memory, days, UTC)) == ["ann"]


def test_the_answer_fits_events_of_whatever_index() -> None:
    found = events(("bob", CUSTOMER_VISIT, "2025-01-01"), ("ann", CUSTOMER_LOST, "2025-04-01")).set_index(
        pd.Index([70, 7])
    )
    days = visit_days(("ann", "2025-01-01"))
    assert chosen(found, lost_before(found, sent(("old", "ann", "2025-03-01")), days, UTC)) == ["ann"]
    assert chosen(found.iloc[:0], lost_before(found.iloc[:0], sent(), days, UTC)) == []
