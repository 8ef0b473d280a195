"""Until a customer is due, nothing that is declared of them changes by the clock alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from smrt_startdeliver.derive.days import day_of_instant
from smrt_startdeliver.derive.due import due_by_times, earliest
from smrt_startdeliver.engage.declarations import AudiencesFile, TraitsFile
from smrt_startdeliver.engage.declared import Declared
from smrt_startdeliver.engage.due import asks_for_days, due_by_windows
from smrt_startdeliver.engage.evaluate import Facts, evaluate
from tests.engage.strategies import Case, seeded_case
from tests.engage.with_pandas import facts
from tests.plain.engage.records import PlainHappening

MICROSECOND = timedelta(microseconds=1)
LATER = [MICROSECOND, *map(timedelta, (1, 2, 7, 30, 400)), *(timedelta(days) + MICROSECOND for days in (1, 7, 30))]
END = datetime(2026, 3, 2, 12, tzinfo=UTC)


def declared_by(traits: list[dict], audiences: list[dict]) -> Declared:
    return Declared(
        TraitsFile.model_validate({"traits": traits}).traits,
        AudiencesFile.model_validate({"audiences": audiences}).audiences,
    )


def dues(declared: Declared, known: Facts, end: datetime) -> dict[str, datetime]:
    """When each customer is due, as a run would keep it that ends at `end`."""
    rows = [events.rows for events in known.events.values()]
    ahead = [due_by_times(happened, end) for happened in rows]
    before = {
        name: type(events)(events.rows[events.rows["time"] < end], events.kinds)
        for name, events in known.events.items()
    }
    frame = earliest([*ahead, due_by_windows(declared, before, end)])
    return dict(zip(frame["user_id"], frame["due"], strict=True))


def changed_between(declared: Declared, known: Facts, start: datetime, end: datetime, zone: ZoneInfo) -> set[str]:
    before, after = (evaluate(declared, known, moment, zone) for moment in (start, end))
    same = (before.astype("str").fillna("") == after.astype("str").fillna("")).all(axis=1)
    return set(before.loc[~same, "user_id"])


def judge(case: Case) -> int:
    """See that who is not due has not changed; how many changed."""
    scene = case.scene
    declared = declared_by(case.traits, case.audiences)
    known = facts(scene.history, scene.traits, scene.customers, scene.property_columns, scene.trait_columns)
    due = dues(declared, known, scene.end)
    found = 0
    for later in LATER:
        end = scene.end + later
        today, then = day_of_instant(scene.end, scene.zone), day_of_instant(end, scene.zone)
        if not asks_for_days(declared) or today == then:
            changed = changed_between(declared, known, scene.end, end, scene.zone)
            assert changed <= {user for user, moment in due.items() if moment < end}
            found += len(changed)
    return found


def test_who_is_not_due_has_not_changed_in_many_cases_that_have_nothing_in_common() -> None:
    assert sum(judge(seeded_case(number)) for number in range(150)) > 100


@pytest.mark.parametrize(
    ("window", "days"), [({"within_days": 7}, {7}), ({"between_days": [2, 30]}, {2, 30}), ({}, set())]
)
def test_a_customer_is_due_when_an_event_enters_or_leaves_a_window(window: dict, days: set[int]) -> None:
    declared = declared_by([], [{"name": "A", "all": [{"event": "Pickup Missed", "at_least": 1, **window}]}])
    happened = END - timedelta(days=1)
    known = facts([PlainHappening("1", "ann", "Pickup Missed", happened, {})], {}, ["ann"])
    due = due_by_windows(declared, known.events, END)
    assert set(due["due"]) == {happened + timedelta(days=number) for number in days}


def test_what_has_left_all_windows_makes_nobody_due() -> None:
    declared = declared_by([{"name": "T", "kind": "event_counter", "event": "Pickup Missed", "window_days": 7}], [])
    known = facts([PlainHappening("1", "ann", "Pickup Missed", END - timedelta(days=8), {})], {}, ["ann"])
    assert due_by_windows(declared, known.events, END).empty


@pytest.mark.parametrize(
    ("traits", "audiences"),
    [
        ([{"name": "T", "kind": "event_counter", "event": "Order Created", "where": [
            {"property": "agent", "op": "within_last_days", "value": 3}]}], []),
        ([], [{"name": "A", "all": [{"event": "Order Created", "at_least": 1, "where": [
            {"property": "agent", "op": "within_next_days", "value": 3}]}]}]),
        ([], [{"name": "A", "any": [{"none": [{"trait": "lastVisit", "op": "within_last_days", "value": 3}]}]}]),
    ],
)  # fmt: skip
def test_declarations_that_compare_with_today_say_so(traits: list[dict], audiences: list[dict]) -> None:
    assert asks_for_days(declared_by(traits, audiences))


def test_other_declarations_do_not() -> None:
    audience = {"name": "A", "all": [{"trait": "lastVisit", "op": "after", "value": date(2026, 1, 1)}]}
    assert not asks_for_days(declared_by([], [audience]))


def test_the_first_moment_of_each_customer_counts() -> None:
    first, second = (pd.DataFrame({"user_id": ["ann"], "due": [END + timedelta(days=days)]}) for days in (2, 1))
    assert earliest([first, second])["due"].tolist() == [END + timedelta(days=1)]
    assert earliest([]).empty
