from __future__ import annotations

import pandas as pd
import pytest

from smrt_startdeliver.derive.ids import derived_ids
from smrt_startdeliver.derive.lapses import customer_lost, lapse_traits
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.vocabulary import NEW_CUSTOMER_SIGNUP, ORDER_CREATED, PICKUP_COMPLETED
from tests.derive.histories import (
    ALL_TIME,
    LOS_ANGELES,
    SAO_PAULO,
    at,
    between,
    evidence,
    last_visits,
    orders_on,
    times,
)

DEFAULTS = Settings()
BIWEEKLY = orders_on("a", "2024-01-01", "2024-01-15", "2024-01-29", "2024-02-12")
NO_LAST_VISITS = last_visits()


def _lost(history: pd.DataFrame, settings: Settings = DEFAULTS) -> list[tuple[str, str]]:
    """(last visit day, time) of each Lost of all time."""
    lost = customer_lost(history, NO_LAST_VISITS, ALL_TIME, settings)
    return list(zip(lost["lastVisitDay"], times(lost), strict=True))


def _traits(history: pd.DataFrame, end: str, settings: Settings = DEFAULTS) -> list[tuple[str, object, object]]:
    traits = lapse_traits(history, NO_LAST_VISITS, at(end), settings)
    cadence = traits["visitCadenceDays"].astype(object).where(traits["visitCadenceDays"].notna(), None)
    return list(zip(traits["user_id"], traits["isLost"], cadence, strict=True))


def test_without_a_cadence_a_customer_is_lost_more_than_twice_the_default_of_30_days_after_the_last_visit() -> None:
    lost = customer_lost(evidence(*orders_on("a", "2024-01-01")), NO_LAST_VISITS, ALL_TIME, DEFAULTS)
    assert lost["cadenceDays"].isna().all()
    (event,) = lost.drop(columns="cadenceDays").to_dict("records")
    assert str(event.pop("time")) == "2024-03-02 00:00:00+00:00"
    assert event == {
        "id": derived_ids("Customer Lost", pd.Series(["a"]), pd.Series(["2024-01-01"]))[0],
        "user_id": "a",
        "name": "Customer Lost",
        "lastVisitDay": "2024-01-01",
        "thresholdDays": 60,
    }


def test_a_biweekly_customer_is_lost_after_more_than_a_month() -> None:
    (event,) = customer_lost(evidence(*BIWEEKLY), NO_LAST_VISITS, ALL_TIME, DEFAULTS).to_dict("records")
    assert (event["cadenceDays"], event["thresholdDays"]) == (14, 30)
    assert str(event["time"]) == "2024-03-14 00:00:00+00:00"


def test_a_cadence_of_a_half_is_sent_as_it_is_and_its_threshold_rounded_down() -> None:
    history = evidence(*orders_on("a", "2024-01-01", "2024-01-15", "2024-01-30", "2024-02-13", "2024-02-28"))
    settings = Settings(lost_min_days=1, lost_multiplier="1.1")
    (event,) = customer_lost(history, NO_LAST_VISITS, ALL_TIME, settings).to_dict("records")
    assert (event["cadenceDays"], event["thresholdDays"]) == (14.5, 15)


def test_a_threshold_is_computed_in_decimal() -> None:
    assert 1.15 * 100 < 115  # what floating point would make of it
    settings = Settings(lost_default_cadence_days=100, lost_multiplier="1.15")
    lost = customer_lost(evidence(*orders_on("a", "2024-01-01")), NO_LAST_VISITS, ALL_TIME, settings)
    assert list(lost["thresholdDays"]) == [115]


@pytest.mark.parametrize(("multiplier", "threshold"), [("0.01", 30), ("2", 60), ("100", 365)])
def test_a_threshold_stays_within_its_bounds(multiplier: str, threshold: int) -> None:
    settings = Settings(lost_multiplier=multiplier)
    lost = customer_lost(evidence(*orders_on("a", "2024-01-01")), NO_LAST_VISITS, ALL_TIME, settings)
    assert list(lost["thresholdDays"]) == [threshold]


def test_who_comes_on_the_last_day_of_the_threshold_was_not_lost() -> None:
    assert _lost(evidence(*orders_on("a", "2024-01-01", "2024-03-01"))) == [("2024-03-01", "2024-05-01T00:00")]


def test_a_visit_on_the_lost_day_itself_does_not_undo_the_event() -> None:
    assert _lost(evidence(*orders_on("a", "2024-01-01", "2024-03-02"))) == [
        ("2024-01-01", "2024-03-02T00:00"),
        ("2024-03-02", "2024-05-02T00:00"),
    ]


def test_each_lapse_is_an_event_with_the_cadence_of_its_time() -> None:
    history = evidence(*BIWEEKLY, *orders_on("a", "2024-06-01", "2024-06-06", "2024-06-11", "2024-06-16", "2024-06-21"))
    lost = customer_lost(history, NO_LAST_VISITS, ALL_TIME, DEFAULTS)
    assert list(lost["lastVisitDay"]) == ["2024-02-12", "2024-06-21"]
    assert list(lost["cadenceDays"]) == [14, 9.5]
    assert lost["id"].is_unique


def test_visits_between_orders_put_a_lapse_off_and_do_not_quicken_the_cadence() -> None:
    returns = [("a", "Order Returned", f"2024-0{month}-20T10:00") for month in (1, 2)]
    (event,) = customer_lost(evidence(*BIWEEKLY, *returns), NO_LAST_VISITS, ALL_TIME, DEFAULTS).to_dict("records")
    assert (event["lastVisitDay"], event["cadenceDays"]) == ("2024-02-20", 14)


def test_orders_make_the_cadence_even_where_they_are_no_visits() -> None:
    history = evidence(*BIWEEKLY, ("a", "Order Returned", "2024-02-14T10:00"))
    lost = customer_lost(history, NO_LAST_VISITS, ALL_TIME, Settings(visit_sources=("Order Returned",)))
    assert list(lost["lastVisitDay"]) == ["2024-02-14"]
    assert list(lost["cadenceDays"]) == [14]


def test_a_route_customer_without_orders_has_the_cadence_of_the_pickups() -> None:
    pickups = [("a", PICKUP_COMPLETED, time) for _, _, time in BIWEEKLY]
    assert list(customer_lost(evidence(*pickups), NO_LAST_VISITS, ALL_TIME, DEFAULTS)["cadenceDays"]) == [14]


def test_who_signed_up_and_never_came_is_never_lost_and_has_no_traits() -> None:
    history = evidence(("a", NEW_CUSTOMER_SIGNUP, "2024-01-01T10:00"))
    assert _lost(history) == []
    assert _traits(history, "2025-01-01") == []


def test_a_signup_after_the_last_visit_does_not_put_the_lapse_off() -> None:
    history = evidence(*orders_on("a", "2024-01-01"), ("a", NEW_CUSTOMER_SIGNUP, "2024-02-01T10:00"))
    assert _lost(history) == [("2024-01-01", "2024-03-02T00:00")]


def test_every_last_visit_of_smrt_before_end_is_a_visit_day() -> None:
    history, own = evidence(*orders_on("a", "2024-01-01")), last_visits(("a", "2024-02-25"), ("b", "2024-01-02"))
    lost = customer_lost(history, own, ALL_TIME, DEFAULTS)
    assert list(zip(lost["user_id"], lost["lastVisitDay"], strict=True)) == [("a", "2024-02-25"), ("b", "2024-01-02")]
    early = customer_lost(history, last_visits(("a", "2024-03-05")), between("2024-01-01", "2024-03-05"), DEFAULTS)
    assert list(early["lastVisitDay"]) == ["2024-01-01"]


def test_a_lapse_is_counted_on_the_calendar_across_daylight_saving() -> None:
    settings = Settings(timezone=LOS_ANGELES)
    spring = evidence(("a", ORDER_CREATED, "2024-02-01T07:59"))  # 23:59 on January 31
    assert _lost(spring, settings) == [("2024-01-31", "2024-04-01T07:00")]
    autumn = evidence(("a", ORDER_CREATED, "2024-09-10T07:00"))  # midnight of September 10
    assert _lost(autumn, settings) == [("2024-09-10", "2024-11-10T08:00")]


def test_a_lost_day_whose_midnight_is_skipped_begins_with_its_first_instant() -> None:
    history = evidence(("a", ORDER_CREATED, "2018-09-04T12:00"))
    assert _lost(history, Settings(timezone=SAO_PAULO)) == [("2018-09-04", "2018-11-04T03:00")]


def test_the_interval_holds_its_start_and_not_its_end() -> None:
    history = evidence(*orders_on("a", "2024-01-01"))
    before = customer_lost(history, NO_LAST_VISITS, between("2024-01-01", "2024-03-02"), DEFAULTS)
    after = customer_lost(history, NO_LAST_VISITS, between("2024-03-02", "2024-03-02T00:01"), DEFAULTS)
    assert (len(before), len(after)) == (0, 1)


def test_a_later_return_does_not_take_back_a_lapse_of_an_earlier_interval() -> None:
    history = evidence(*orders_on("a", "2024-01-01", "2024-12-01"))
    interval = between("2024-03-01", "2024-03-03")
    assert list(customer_lost(history, NO_LAST_VISITS, interval, DEFAULTS)["lastVisitDay"]) == ["2024-01-01"]


def test_no_history_gives_no_lapses_with_all_their_columns() -> None:
    lost = customer_lost(evidence(), NO_LAST_VISITS, ALL_TIME, DEFAULTS)
    assert lost.empty
    assert list(lost.columns) == ["id", "user_id", "name", "time", "lastVisitDay", "cadenceDays", "thresholdDays"]
    assert _traits(evidence(), "2024-01-01") == []


def test_a_customer_is_lost_only_once_the_lost_instant_is_past() -> None:
    history = evidence(*orders_on("a", "2024-01-01"))
    assert _traits(history, "2024-03-02") == [("a", False, None)]
    assert _traits(history, "2024-03-02T00:01") == [("a", True, None)]


def test_a_visit_on_the_lost_day_ends_being_lost_from_its_instant_on() -> None:
    history = evidence(*orders_on("a", "2024-01-01", "2024-03-02"))
    assert _traits(history, "2024-03-02T12:00") == [("a", True, None)]
    assert _traits(history, "2024-03-02T12:01") == [("a", False, None)]


def test_the_trait_cadence_is_that_of_the_last_visit_day_rounded_down() -> None:
    history = evidence(
        *orders_on("a", "2024-01-01", "2024-01-15", "2024-01-30", "2024-02-13", "2024-02-28"),
        *orders_on("b", "2024-01-01"),
    )
    assert _traits(history, "2024-03-01") == [("a", False, 14), ("b", False, None)]
    assert _traits(history, "2024-02-10") == [("a", False, None), ("b", False, None)]


def test_an_order_that_is_no_visit_and_follows_the_last_one_does_not_change_its_cadence() -> None:
    settings = Settings(visit_sources=("Order Returned",))
    history = evidence(("a", "Order Returned", "2024-02-01T10:00"), *BIWEEKLY)
    assert _traits(history, "2024-03-01", settings) == [("a", False, None)]


def test_trait_types_are_nullable() -> None:
    traits = lapse_traits(evidence(*BIWEEKLY), NO_LAST_VISITS, at("2024-03-01"), DEFAULTS)
    assert (traits["isLost"].dtype, traits["visitCadenceDays"].dtype) == ("boolean", "Int64")
