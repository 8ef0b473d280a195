from __future__ import annotations

import pandas as pd
import pytest

from smrt_startdeliver.derive.ids import derived_ids
from smrt_startdeliver.derive.visits import customer_visits, last_visit
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.vocabulary import NEW_CUSTOMER_SIGNUP, ORDER_CREATED, PICKUP_COMPLETED
from tests.derive.histories import ALL_TIME, LOS_ANGELES, at, between, evidence, last_visits, times

RETURNED = "Order Returned"
DEFAULTS = Settings()


def _visits(visits: pd.DataFrame) -> list[tuple[str, str, str]]:
    return list(zip(visits["user_id"], times(visits), visits["source"], strict=True))


def test_a_day_with_several_events_is_one_visit_at_the_first_of_them() -> None:
    history = evidence(
        ("a", RETURNED, "2024-01-05T15:00"),
        ("a", ORDER_CREATED, "2024-01-05T10:00"),
        ("a", ORDER_CREATED, "2024-01-06T09:00"),
        ("b", PICKUP_COMPLETED, "2024-01-05T11:00"),
    )
    assert _visits(customer_visits(history, ALL_TIME, DEFAULTS)) == [
        ("a", "2024-01-05T10:00", ORDER_CREATED),
        ("a", "2024-01-06T09:00", ORDER_CREATED),
        ("b", "2024-01-05T11:00", PICKUP_COMPLETED),
    ]


@pytest.mark.parametrize("sources", [(ORDER_CREATED, RETURNED), (RETURNED, ORDER_CREATED)])
def test_of_equal_times_the_source_is_the_first_in_the_settings_list(sources: tuple[str, str]) -> None:
    history = evidence(("a", RETURNED, "2024-01-05T10:00"), ("a", ORDER_CREATED, "2024-01-05T10:00"))
    visits = customer_visits(history, ALL_TIME, Settings(visit_sources=sources))
    assert _visits(visits) == [("a", "2024-01-05T10:00", sources[0])]


def test_what_is_in_no_source_is_no_visit() -> None:
    history = evidence(
        ("a", "Order Ready", "2024-01-05T10:00"),
        ("a", "Pickup Missed", "2024-01-06T10:00"),
        ("a", ORDER_CREATED, "2024-01-07T10:00"),
        ("b", NEW_CUSTOMER_SIGNUP, "2024-01-05T10:00"),
    )
    assert _visits(customer_visits(history, ALL_TIME, DEFAULTS)) == [
        ("a", "2024-01-07T10:00", ORDER_CREATED),
        ("b", "2024-01-05T10:00", NEW_CUSTOMER_SIGNUP),
    ]
    only_returns = Settings(visit_sources=(RETURNED,))
    assert customer_visits(history, ALL_TIME, only_returns).empty


def test_the_id_is_made_from_the_business_day() -> None:
    visits = customer_visits(
        evidence(("a", ORDER_CREATED, "2024-03-11T06:59")), ALL_TIME, Settings(timezone=LOS_ANGELES)
    )
    (expected,) = derived_ids("Customer Visit", pd.Series(["a"]), pd.Series(["2024-03-10"]))
    assert list(visits["id"]) == [expected]
    assert list(visits["name"]) == ["Customer Visit"]


def test_midnight_of_the_business_parts_two_visits() -> None:
    history = evidence(("a", ORDER_CREATED, "2024-03-11T06:59"), ("a", ORDER_CREATED, "2024-03-11T07:00"))
    assert len(customer_visits(history, ALL_TIME, Settings(timezone=LOS_ANGELES))) == 2
    assert len(customer_visits(history, ALL_TIME, DEFAULTS)) == 1


def test_the_interval_holds_its_start_and_not_its_end() -> None:
    history = evidence(("a", ORDER_CREATED, "2024-01-05T10:00"), ("b", ORDER_CREATED, "2024-01-05T12:00"))
    visits = customer_visits(history, between("2024-01-05T10:00", "2024-01-05T12:00"), DEFAULTS)
    assert list(visits["user_id"]) == ["a"]


def test_a_visit_that_began_before_the_interval_is_not_begun_again_by_later_evidence() -> None:
    history = evidence(("a", ORDER_CREATED, "2024-01-05T00:00"), ("a", RETURNED, "2024-01-05T23:59"))
    assert customer_visits(history, between("2024-01-05T23:00", "2024-01-06"), DEFAULTS).empty


def test_a_day_of_25_hours_is_one_visit() -> None:
    history = evidence(("a", ORDER_CREATED, "2024-11-03T07:00"), ("a", RETURNED, "2024-11-04T07:59"))
    settings = Settings(timezone=LOS_ANGELES)
    assert _visits(customer_visits(history, ALL_TIME, settings)) == [("a", "2024-11-03T07:00", ORDER_CREATED)]
    assert customer_visits(history, between("2024-11-04T07:00", "2024-11-05"), settings).empty


def test_no_evidence_gives_no_visits_with_all_their_columns() -> None:
    visits = customer_visits(evidence(), ALL_TIME, DEFAULTS)
    assert visits.empty
    assert list(visits.columns) == ["id", "user_id", "name", "time", "source"]
    assert visits["time"].dtype == "datetime64[us, UTC]"


def test_last_visit_is_the_latest_evidence_but_a_signup() -> None:
    history = evidence(
        ("a", ORDER_CREATED, "2024-01-05T10:00"),
        ("a", RETURNED, "2024-01-08T10:00"),
        ("a", NEW_CUSTOMER_SIGNUP, "2024-01-09T10:00"),
        ("b", NEW_CUSTOMER_SIGNUP, "2024-01-09T10:00"),
    )
    traits = last_visit(history, last_visits(), at("2024-02-01"), DEFAULTS)
    assert list(traits["user_id"]) == ["a"]
    assert times(traits, "lastVisit") == ["2024-01-08T10:00"]


def test_smrts_own_last_visit_wins_where_it_is_later_and_before_end() -> None:
    history = evidence(("a", ORDER_CREATED, "2024-01-05T10:00"), ("b", ORDER_CREATED, "2024-01-05T10:00"))
    own = last_visits(
        ("a", "2024-01-07"), ("a", "2024-01-06"), ("a", "2024-02-01"), ("b", "2024-01-04"), ("c", "2024-01-03")
    )
    traits = last_visit(history, own, at("2024-02-01"), DEFAULTS)
    assert list(traits["user_id"]) == ["a", "b", "c"]
    assert times(traits, "lastVisit") == ["2024-01-07T00:00", "2024-01-05T10:00", "2024-01-03T00:00"]


def test_last_visit_reads_nothing_at_or_after_end() -> None:
    history = evidence(("a", ORDER_CREATED, "2024-01-05T10:00"), ("a", ORDER_CREATED, "2024-01-06T10:00"))
    assert times(last_visit(history, last_visits(), at("2024-01-06T10:00"), DEFAULTS), "lastVisit") == [
        "2024-01-05T10:00"
    ]
