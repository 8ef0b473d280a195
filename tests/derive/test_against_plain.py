"""The derivations give what the plain reading of the rules gives, on generated histories, however time is cut."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.derive import birthdays, demographic, lapses, visits
from smrt_startdeliver.settings import Settings
from tests.derive.birthday_strategies import birthday_histories
from tests.derive.frames import (
    by_id,
    customers_frame,
    events,
    evidence_frame,
    last_visits_frame,
    orders_frame,
    values,
)
from tests.derive.order_strategies import purchases
from tests.derive.strategies import History, cuts, histories
from tests.plain import birthdays as plain_birthdays
from tests.plain import demographic as plain_demographic
from tests.plain import lapses as plain_lapses
from tests.plain import last_visit as plain_last_visit
from tests.plain import visits as plain_visits
from tests.plain.records import Customer, Order, PlainEvent

some = settings(deadline=None, max_examples=30)
few = settings(deadline=None, max_examples=15)
many = settings(deadline=None, max_examples=100)


@some
@given(histories())
def test_visits_are_those_of_the_plain_rules(history: History) -> None:
    frame = visits.customer_visits(evidence_frame(history.evidence), history.interval, history.settings)
    plain = plain_visits.customer_visits(history.evidence, history.interval, history.settings)
    assert events(frame) == by_id(plain)


@some
@given(histories())
def test_the_last_visit_is_that_of_the_plain_rules(history: History) -> None:
    end = history.interval.end
    frame = visits.last_visit(
        evidence_frame(history.evidence), last_visits_frame(history.last_visits), end, history.settings
    )
    plain = plain_last_visit.last_visit(history.evidence, history.last_visits, end, history.settings)
    assert values(frame, "lastVisit") == plain


@some
@given(histories())
def test_lapses_are_those_of_the_plain_rules(history: History) -> None:
    plain = plain_lapses.customer_lost(history.evidence, history.last_visits, history.interval, history.settings)
    assert events(_lost(history, history.interval)) == by_id(plain)


@some
@given(histories())
def test_lapse_traits_are_those_of_the_plain_rules(history: History) -> None:
    end = history.interval.end
    frame = lapses.lapse_traits(
        evidence_frame(history.evidence), last_visits_frame(history.last_visits), end, history.settings
    )
    plain = plain_lapses.lapse_traits(history.evidence, history.last_visits, end, history.settings)
    assert values(frame, "isLost", "visitCadenceDays") == {
        user_id: (traits.is_lost, traits.visit_cadence_days) for user_id, traits in plain.items()
    }


@some
@given(birthday_histories())
def test_birthdays_are_those_of_the_plain_rules(case: tuple[Settings, list[Customer], Interval]) -> None:
    rules, customers, interval = case
    read, rejected = birthdays.birthdays(customers_frame(customers), rules)
    plain, plain_rejected = plain_birthdays.birthdays(customers, rules)

    assert values(read, "month", "day", "year", "created_at") == {
        birthday.user_id: (birthday.month, birthday.day, birthday.year, birthday.created_at) for birthday in plain
    }
    assert sorted(rejected["user_id"]) == plain_rejected
    assert events(birthdays.customer_birthday(read, interval, rules)) == by_id(
        plain_birthdays.customer_birthday(plain, interval, rules)
    )
    assert values(birthdays.next_birthday(read, interval.end, rules), "nextBirthday") == plain_birthdays.next_birthday(
        plain, interval.end, rules
    )


@many
@given(purchases())
def test_demographics_are_those_of_the_plain_rules(
    case: tuple[Settings, list[Customer], list[Order], datetime],
) -> None:
    rules, customers, orders, end = case
    spend = demographic.spend(orders_frame(orders), end, rules)
    plain_spend = plain_demographic.spend(orders, end, rules)
    assert values(spend, "spend") == plain_spend

    ranked = [plain_spend[customer.user_id] for customer in customers if plain_spend.get(customer.user_id, 0) > 0]
    frame = demographic.demographic(customers_frame(customers), spend, np.array(ranked, dtype="float64"))
    assert values(frame, "demographic") == plain_demographic.demographics(customers, plain_spend)


@few
@given(histories(), st.data())
def test_visits_are_the_same_however_time_is_cut(history: History, data: st.DataObject) -> None:
    evidence = evidence_frame(history.evidence)
    _cutting_changes_nothing(
        lambda interval: events(visits.customer_visits(evidence, interval, history.settings)), history.interval, data
    )


@few
@given(histories(), st.data())
def test_lapses_are_the_same_however_time_is_cut(history: History, data: st.DataObject) -> None:
    _cutting_changes_nothing(lambda interval: events(_lost(history, interval)), history.interval, data)


@few
@given(birthday_histories(), st.data())
def test_birthdays_are_the_same_however_time_is_cut(
    case: tuple[Settings, list[Customer], Interval], data: st.DataObject
) -> None:
    rules, customers, whole = case
    read, _ = birthdays.birthdays(customers_frame(customers), rules)
    _cutting_changes_nothing(lambda interval: events(birthdays.customer_birthday(read, interval, rules)), whole, data)


@few
@given(histories())
def test_nothing_that_happened_at_or_after_the_end_is_read(history: History) -> None:
    end = history.interval.end
    known = History(
        history.settings,
        history.interval,
        [row for row in history.evidence if row.time < end],
        [row for row in history.last_visits if row.time < end],
    )
    for of_everything, of_what_was_known in zip(_all_of(history), _all_of(known), strict=True):
        assert of_everything == of_what_was_known


def _lost(history: History, interval: Interval) -> pd.DataFrame:
    return lapses.customer_lost(
        evidence_frame(history.evidence), last_visits_frame(history.last_visits), interval, history.settings
    )


def _all_of(history: History) -> list[object]:
    evidence, last_visits = evidence_frame(history.evidence), last_visits_frame(history.last_visits)
    end = history.interval.end
    return [
        events(visits.customer_visits(evidence, history.interval, history.settings)),
        events(_lost(history, history.interval)),
        values(visits.last_visit(evidence, last_visits, end, history.settings), "lastVisit"),
        values(lapses.lapse_traits(evidence, last_visits, end, history.settings), "isLost", "visitCadenceDays"),
    ]


def _cutting_changes_nothing(
    derive: Callable[[Interval], list[PlainEvent]], whole: Interval, data: st.DataObject
) -> None:
    """Cuts are likely at and beside the times of the events, where a careless bound would lose or double one."""
    expected = derive(whole)
    pieces = data.draw(cuts(whole, [event.time for event in expected]))
    assert by_id([event for piece in pieces for event in derive(piece)]) == expected
