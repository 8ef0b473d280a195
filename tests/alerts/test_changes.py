"""One message per change of state: whatever runs come to, and however often somebody looks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt_startdeliver.alerts.changes import Change, Ended, Facts, Share, Standing, Subject, changes
from smrt_startdeliver.settings import NotifySettings

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SETTINGS = NotifySettings()

outcomes = st.sampled_from(["success", "failed", "stopped"])


@dataclass
class Person:
    """Who looks, and remembers what they were told."""

    settings: NotifySettings = SETTINGS

    def __post_init__(self) -> None:
        self.standing: dict[Subject, Standing] = {}
        self.told: list[tuple[Subject, bool]] = []

    def look(self, facts: Facts) -> list[Change]:
        found = changes(self.standing, facts, self.settings)
        for change in found:
            self.standing[change.subject] = Standing(change.bad, change.since)
            self.told.append((change.subject, change.bad))
        return found

    def told_of(self, subject: Subject) -> list[bool]:
        return [bad for about, bad in self.told if about == subject]


def flips(states: Iterable[bool]) -> list[bool]:
    """The states at which a sequence that begins well changes."""
    return [state for state, _ in groupby([False, *states])][1:]


def history(ends: Sequence[tuple[str, int]], share: int = 0) -> list[Facts]:
    """What is known at the end of each run: its outcome, and so many hours after the one before."""
    known, now, success_at = [], MONDAY, None
    for outcome, hours in ends:
        now += hours * HOUR
        success_at = now if outcome == "success" else success_at
        shares = (Share("users", share, 100, "no_id"),) if success_at else ()
        known.append(Facts(now, MONDAY, success_at, Ended(now, outcome, "a"), shares))
    return known


@given(st.lists(st.tuples(outcomes, st.integers(1, 9)), max_size=20), st.data())
def test_there_is_one_change_each_time_that_the_state_changes_however_often_somebody_looks(ends, data):
    person, known = Person(), history(ends)
    for number, facts in enumerate(known):
        person.look(facts)
        late = data.draw(st.integers(0, number), label="somebody looks at what was known then")
        assert person.look(known[late]) == []

    assert person.told_of("run failing") == flips(end == "failed" for end, _ in ends if end != "stopped")
    assert person.told_of("guard tripped") == flips(end == "stopped" for end, _ in ends if end != "failed")
    assert all(flips(person.told_of(subject)) == person.told_of(subject) for subject in person.standing)


@given(st.lists(st.tuples(outcomes, st.integers(1, 9)), max_size=20), st.integers(1, 12))
def test_no_success_is_told_when_the_time_is_over_and_not_again_before_there_was_one(ends, hours):
    person = Person(NotifySettings(notify_no_success_hours=hours))
    waiting_since, expected, overdue = MONDAY, [], False
    for (outcome, _), facts in zip(ends, history(ends), strict=True):
        if outcome == "success":
            expected += [False] * overdue
            waiting_since, overdue = facts.now, False
        elif not overdue and facts.now - waiting_since >= hours * HOUR:
            expected.append(True)
            overdue = True
        person.look(facts)
    assert person.told_of("no success") == expected


def test_a_success_that_does_not_come_is_found_while_nothing_ends_at_all():
    (facts,) = history([("success", 1)])
    person = Person()
    person.look(facts)
    for hours, told in ((5, []), (6, [True]), (30, [True])):
        person.look(replace(facts, now=facts.now + hours * HOUR))
        assert person.told_of("no success") == told


def test_who_never_ran_is_not_waited_for_but_who_began_is():
    assert Person().look(Facts(MONDAY)) == []
    (change,) = Person().look(Facts(MONDAY + 6 * HOUR, begun=MONDAY))
    assert (change.subject, change.bad, change.since) == ("no success", True, MONDAY + 6 * HOUR)


@given(st.lists(st.integers(0, 100), min_size=1, max_size=10), st.integers(0, 99))
def test_the_share_of_rejected_rows_is_told_when_it_goes_beyond_the_limit_and_when_it_is_back(rejected, limit):
    person = Person(NotifySettings(notify_rejected_share=limit / 100))
    for number, share in enumerate(rejected, start=1):
        for facts in history([("success", number)], share):
            person.look(facts)
    assert person.told_of("rejected share high") == flips(share > limit for share in rejected)


def test_one_entity_of_many_is_enough():
    shares = (Share("users", 0, 20_000, ""), Share("Order Created", 12, 12, "no_user 12"))
    (change,) = Person().look(Facts(MONDAY, MONDAY, MONDAY, None, shares))
    assert (change.subject, change.bad) == ("rejected share high", True)


@pytest.mark.parametrize("off", ["notify_rejected_share", "notify_no_success_hours"])
def test_none_switches_a_subject_off(off):
    person = Person(NotifySettings(**{off: None}))
    facts = Facts(MONDAY + 100 * HOUR, MONDAY, MONDAY, None, (Share("users", 50, 100, "no_id"),))
    person.look(facts)
    other = {"notify_rejected_share": "no success", "notify_no_success_hours": "rejected share high"}[off]
    assert person.told == [(other, True)]


def test_an_opening_that_failed_stands_until_a_later_run_succeeds():
    before, later = history([("success", 1), ("success", 5)])
    person = Person()
    person.look(replace(before, last=Ended(before.now + HOUR, "failed", "b")))
    assert person.look(before) == []
    (change,) = person.look(later)
    assert (change.bad, change.before) == (False, before.now + HOUR)
