"""The events of one name that a declaration looks at: whose, since when, and which of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from smrt_startdeliver.engage.conditions import EventCondition, Where
from smrt_startdeliver.engage.occurrences import NO_EVENTS, Occurrences
from tests.engage.frames import END, LOS_ANGELES, happened, occurrences

DAY, MICROSECOND = timedelta(days=1), timedelta(microseconds=1)


def around(*days_ago: int) -> list[tuple[str, datetime]]:
    """Of customer a: for each of these days ago, an event a microsecond before that instant, at it, and after it."""
    return [("a", END - days * DAY + step) for days in days_ago for step in (-MICROSECOND, timedelta(), MICROSECOND)]


def counted(events: Occurrences, condition: str | EventCondition) -> list[int]:
    return events.count(events.chosen_by(condition)).tolist()


def chosen(times: list[tuple[str, datetime]], **words: object) -> list[int]:
    """The places, in order of time, of those that a condition counts."""
    found = occurrences(happened(*sorted(times)), "a")
    marks = found.chosen_by(EventCondition.model_validate({"event": "X", "at_least": 1, **words}))
    return [place for place, mark in enumerate(marks) if mark]


def test_nothing_at_or_after_the_end_has_happened() -> None:
    assert len(occurrences(happened(*around(0)), "a")) == 1


def test_without_a_window_all_history_counts() -> None:
    long_ago = [("a", datetime(1971, 1, 1, tzinfo=UTC)), ("a", datetime(1, 1, 2, tzinfo=UTC)), ("a", END - MICROSECOND)]
    assert chosen(long_ago) == [0, 1, 2]


def test_a_window_is_closed_at_its_start_to_the_microsecond() -> None:
    assert chosen(around(30), within_days=30) == [1, 2]
    assert chosen(around(1), within_days=1) == [1, 2]
    assert chosen(around(36_525), within_days=36_525) == [1, 2]


def test_a_window_of_a_trait_is_the_same() -> None:
    found = occurrences(happened(*around(30)), "a")
    assert found.chosen((), 30).tolist() == [False, True, True]
    assert found.chosen((), None).tolist() == [True, True, True]


def test_between_days_is_closed_at_its_start_and_open_at_its_end() -> None:
    assert chosen(around(60, 7), between_days=[7, 60]) == [1, 2, 3]
    assert chosen(around(60, 0), between_days=[0, 60]) == [1, 2, 3]


def test_a_days_window_and_the_one_before_it_share_no_event_and_leave_none_out() -> None:
    times = around(60, 30)
    late, early = chosen(times, within_days=30), chosen(times, between_days=[30, 60])
    assert sorted(late + early) == [1, 2, 3, 4, 5]


def test_a_day_is_24_hours_when_the_clock_changes_too() -> None:
    """The night before this end, the clocks of Los Angeles went forward: its day had 23 hours."""
    end = datetime(2026, 3, 9, 7, tzinfo=UTC)
    rows = [("a", end - DAY - MICROSECOND), ("a", end - DAY)]
    for same in (end, end.astimezone(LOS_ANGELES)):
        found = occurrences(happened(*rows), "a", end=same, zone=LOS_ANGELES)
        assert found.chosen((), 1).tolist() == [False, True]


def test_an_end_in_another_zone_is_the_same_instant() -> None:
    found = occurrences(happened(*around(30)), "a", end=END.astimezone(ZoneInfo("Asia/Kathmandu")))
    assert found.chosen((), 30).tolist() == [False, True, True]


def test_each_event_is_its_customers_and_those_of_nobody_here_are_passed_over() -> None:
    rows = [(user, END - DAY) for user in ("b", "z", "a", "b", "A")]
    found = occurrences(happened(*rows), "a", "b", "c")
    assert counted(found, EventCondition(event="X", at_least=1)) == [1, 2, 0]
    assert counted(occurrences(happened(*rows), "c", "b", "a"), EventCondition(event="X", at_least=1)) == [0, 2, 1]


def test_events_come_in_order_of_time_then_id_with_their_properties() -> None:
    rows = [("a", END - DAY), ("b", END - 2 * DAY), ("a", END - 2 * DAY), ("b", END - DAY)]
    events = happened(*rows, agent=["third", "first", "second", "fourth"])
    shuffled = events.rows.sample(frac=1, random_state=3)
    for each in (events, type(events)(shuffled, events.kinds), type(events)(shuffled.set_axis([0] * 4), events.kinds)):
        found = occurrences(each, "a", "b")
        assert found.column("agent").texts.tolist() == ["first", "second", "third", "fourth"]
        assert found.customer.tolist() == [1, 0, 0, 1]


def test_all_of_where_must_hold() -> None:
    events = happened(*[("a", END - DAY)] * 4, agent=["Bo", "Bo", "Cy", None], value=["5", "15", "15", "15"])
    found = occurrences(events, "a")
    bo = Where(property="agent", op="equals", value="Bo")
    large = Where(property="value", op="greater", value=10)
    assert found.chosen([bo, large], None).tolist() == [False, True, False, False]
    assert found.chosen([bo], None).tolist() == [True, True, False, False]
    assert counted(found, EventCondition(event="X", at_least=1, where=(large,))) == [3]


def test_where_and_window_must_both_hold() -> None:
    events = happened(("a", END - DAY), ("a", END - 3 * DAY), ("a", END - DAY), agent=["Bo", "Bo", "Cy"])
    where = (Where(property="agent", op="equals", value="Bo"),)
    found = occurrences(events, "a")
    assert counted(found, EventCondition(event="X", at_least=1, within_days=2, where=where)) == [1]
    assert found.chosen(where, 2).sum() == 1


def test_conditions_that_look_alike_are_told_apart() -> None:
    events = happened(*[("a", END - DAY)] * 3, agent=["1", "true", "a"], value=["a", "a", "1"])
    found = occurrences(events, "a")

    def held(path: str, op: str, value: object) -> list[bool]:
        where = Where.model_validate({"property": path, "op": op, "value": value})
        return found.chosen([where], None).tolist()

    assert held("agent", "equals", 1) == [True, False, False]
    assert held("agent", "equals", True) == [False, True, False]
    assert held("agent", "not_equals", True) == [True, False, True]
    assert held("value", "equals", 1) == [False, False, True]


def test_a_property_that_was_never_there_is_null() -> None:
    found = occurrences(happened(("a", END - DAY)), "a")
    assert found.chosen([Where(property="agent", op="not_exists")], None).tolist() == [True]
    assert found.chosen([Where(property="agent", op="contains", value="")], None).tolist() == [False]


def test_a_property_may_be_called_like_anything_of_ours() -> None:
    events = happened(*[("b", END - DAY)] * 2, customer=["Bo", "Cy"], reason=["x", "y"])
    assert occurrences(events, "a", "b").column("customer").texts.tolist() == ["Bo", "Cy"]


def test_what_is_chosen_first_does_not_change_what_is_chosen_next() -> None:
    events = happened(("a", END - DAY), ("a", END - 9 * DAY), agent=["Bo", "Bo"])
    found = occurrences(events, "a")
    where = (Where(property="agent", op="equals", value="Bo"),)
    condition = EventCondition(event="X", at_least=1, between_days=(0, 3), where=where)
    assert [counted(found, condition), found.chosen(where, None).sum(), counted(found, condition)] == [[1], 2, [1]]


def test_what_has_not_happened_happened_to_nobody() -> None:
    for customers in ([], ["a", "b"]):
        found = Occurrences(NO_EVENTS, pd.Index(customers, dtype="str"), END, LOS_ANGELES)
        assert len(found) == 0
        assert counted(found, EventCondition(event="X", at_least=1, within_days=3)) == [0] * len(customers)
        assert found.chosen([Where(property="agent", op="not_exists")], 3).tolist() == []
