"""The rules of semantics.md on histories small enough to reckon on paper: both readings of them must agree with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.settings import Settings
from tests.derive.strategies import settings_for
from tests.derive.two_readings import Plain, Rules, WithPandas
from tests.plain.records import Customer, Evidence, LastVisit, Order


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def did(name: str, *times: str, user_id: str = "u1") -> list[Evidence]:
    return [Evidence(f"{name} {user_id} {time}", user_id, name, at(time), at(time)) for time in times]


@pytest.fixture(params=[WithPandas, Plain], ids=["pandas", "plain"])
def rules(request: pytest.FixtureRequest) -> Rules:
    return request.param()


def test_a_day_has_one_visit_at_its_first_evidence_in_the_business_zone(rules: Rules) -> None:
    evidence = did("Order Returned", "2024-03-05T07:59", "2024-03-05T08:00") + did("Order Created", "2024-03-05T20:00")

    found = rules.visits(evidence, settings_for(timezone="America/Los_Angeles"))

    assert sorted((event.time, event.properties["source"]) for event in found) == [
        (at("2024-03-05T07:59"), "Order Returned"),  # 23:59 on the 4th
        (at("2024-03-05T08:00"), "Order Returned"),
    ]
    # uuid5(NAMESPACE_URL, "urn:smrt-startdeliver:Customer Visit:u1:2024-03-04") and …-05
    assert {event.id for event in found} == {
        "7ff0889a-85e9-5d49-bcad-3f47847095e2",
        "2b77f108-7583-5719-9342-4b73cd4cd7d1",
    }


def test_of_equal_times_the_source_is_the_first_in_the_settings_order(rules: Rules) -> None:
    evidence = did("Order Created", "2024-03-05T10:00") + did("Pickup Completed", "2024-03-05T10:00")
    assert rules.visits(evidence, Settings())[0].properties == {"source": "Pickup Completed"}

    turned = settings_for(visit_sources=("Order Created", "Pickup Completed"))
    assert rules.visits(evidence, turned)[0].properties == {"source": "Order Created"}


def test_a_missed_pickup_an_order_that_is_ready_and_a_line_item_are_no_visit(rules: Rules) -> None:
    evidence = [
        *did("Pickup Missed", "2024-03-05T10:00"),
        *did("Order Ready", "2024-03-05T10:00"),
        *did("Order Line Item Returned", "2024-03-05T10:00"),
    ]
    assert rules.visits(evidence, Settings()) == []
    assert rules.lost(evidence, [], Settings()) == []


BIWEEKLY = ("2024-01-01T18:00", "2024-01-15T18:00", "2024-01-29T18:00", "2024-02-12T18:00")


def test_a_biweekly_customer_is_lost_after_more_than_a_month(rules: Rules) -> None:
    """2 x 14 = 28, lifted to 30; 12 February and 31 days is 14 March, on which Los Angeles is at UTC-7."""
    zone = settings_for(timezone="America/Los_Angeles")

    (lost,) = rules.lost(did("Order Created", *BIWEEKLY), [], zone)

    assert lost.time == at("2024-03-14T07:00")
    assert lost.properties == {"lastVisitDay": "2024-02-12", "cadenceDays": 14, "thresholdDays": 30}
    assert lost.id == "8931b10c-f990-5a9a-8592-41069f1943b6"


def test_without_enough_gaps_a_cadence_of_thirty_days_stands_in(rules: Rules) -> None:
    (lost,) = rules.lost(did("Order Created", "2024-01-01T10:00", "2024-01-15T10:00"), [], Settings())
    assert lost.time == at("2024-03-16T00:00")  # 15 January and 61 days
    assert lost.properties == {"lastVisitDay": "2024-01-15", "cadenceDays": None, "thresholdDays": 60}


def test_a_visit_on_the_day_of_the_loss_does_not_undo_it_and_one_the_day_before_does(rules: Rules) -> None:
    """The last visit day is then another one: the loss comes 61 days after that."""

    def days_of(back: str) -> set[object]:
        evidence = did("Order Created", "2024-01-15T10:00") + did("Order Returned", back)
        return {event.properties["lastVisitDay"] for event in rules.lost(evidence, [], Settings())}

    assert days_of("2024-03-15T23:59") == {"2024-03-15"}
    assert days_of("2024-03-16T00:00") == {"2024-01-15", "2024-03-16"}
    assert days_of("2024-03-16T12:00") == {"2024-01-15", "2024-03-16"}


def test_who_signed_up_and_never_came_is_not_lost_and_smrts_own_last_visit_is_a_visit(rules: Rules) -> None:
    signup = did("New Customer Signup", "2024-01-01T10:00")
    assert rules.lost(signup, [], Settings()) == []
    assert rules.traits(signup, at("2025-01-01"), Settings()) == {}

    (lost,) = rules.lost(signup, [LastVisit("u1", at("2024-01-05T10:00"))], Settings())
    assert lost.properties["lastVisitDay"] == "2024-01-05"


def test_days_near_a_cycles_start_belong_to_it(rules: Rules) -> None:
    """Of 1, 4, 5, 8, 12 January the cycles start on 1, 5 and 12: 4 and 8 are three days after a start."""
    evidence = did("Order Created", *[f"2024-01-{day:02}T10:00" for day in (1, 4, 5, 8, 12)])
    (lost,) = rules.lost(evidence, [], settings_for(lost_min_gaps=2))
    assert lost.properties["cadenceDays"] == Fraction(4 + 7, 2)


def test_half_days_stay_in_the_event_and_are_rounded_down_in_the_trait(rules: Rules) -> None:
    """Gaps of 7 and 8: 2.35 x 7.5 = 17.625."""
    evidence = did("Order Created", "2024-01-01T10:00", "2024-01-08T10:00", "2024-01-16T10:00")
    exact = settings_for(lost_min_gaps=2, lost_min_days=1, lost_multiplier="2.35")

    (lost,) = rules.lost(evidence, [], exact)

    assert lost.properties == {"lastVisitDay": "2024-01-16", "cadenceDays": 7.5, "thresholdDays": 17}
    assert rules.traits(evidence, lost.time, exact) == {"u1": (False, 7)}
    assert rules.traits(evidence, lost.time + timedelta(microseconds=1), exact) == {"u1": (True, 7)}


def test_the_threshold_is_reckoned_in_decimal_and_kept_within_its_bounds(rules: Rules) -> None:
    """4.35 x 100 is 435; in binary floating point it is less."""
    evidence = did("Order Created", "2020-01-01T10:00")

    def threshold(**values: object) -> object:
        (lost,) = rules.lost(evidence, [], settings_for(lost_default_cadence_days=100, **values))
        return lost.properties["thresholdDays"]

    assert threshold(lost_multiplier="4.35", lost_max_days=1000) == 435
    assert threshold(lost_multiplier="4.35") == 365
    assert threshold(lost_multiplier="0.1") == 30


def test_pickups_are_the_rhythm_only_until_there_is_an_order(rules: Rules) -> None:
    """Weekly pickups, then orders: the cadence as of a pickup is 7, and there is none as of an order too few."""
    pickups = did("Pickup Completed", *[f"2024-01-{day:02}T10:00" for day in (1, 8, 15, 22)])
    order = did("Order Created", "2024-06-01T10:00")
    found = rules.lost(pickups + order, [], Settings())
    assert {event.properties["lastVisitDay"]: event.properties["cadenceDays"] for event in found} == {
        "2024-01-22": 7,
        "2024-06-01": None,
    }


def test_orders_give_the_rhythm_even_where_they_are_no_visit(rules: Rules) -> None:
    evidence = did("Order Created", *BIWEEKLY) + did("Pickup Completed", "2024-02-13T10:00")
    (lost,) = rules.lost(evidence, [], settings_for(visit_sources=("Pickup Completed",)))
    assert lost.properties == {"lastVisitDay": "2024-02-13", "cadenceDays": 14, "thresholdDays": 30}


def born(text: str, created_at: str | None = "2015-06-01T12:00") -> Customer:
    return Customer("u1", created_at and at(created_at), None, f'[{{"name": " BIRTHday", "value": "{text}"}}]')


def test_a_birthday_is_once_a_year_at_the_first_instant_of_its_day(rules: Rules) -> None:
    """São Paulo skipped midnight on 4 November 2018: that day began at 01:00, which is 03:00 UTC."""
    zone = settings_for(timezone="America/Sao_Paulo")
    span = Interval(at("2017-01-01"), at("2019-12-31"))
    found = rules.birthdays(born("11/04/1980"), span, zone)
    assert sorted(event.time for event in found) == [
        at("2017-11-04T02:00"),
        at("2018-11-04T03:00"),
        at("2019-11-04T03:00"),
    ]
    assert all(event.properties == {} for event in found)
    assert {event.id for event in found} == {
        "8abf1440-4e05-5921-b111-6c0c41421883",
        "19832e34-0d4a-510c-b325-a29ec45d72ba",
        "0718a15f-f9db-5565-9336-4e5e35c9f078",
    }


@pytest.mark.parametrize(
    ("leap_day", "days"), [("feb28", {"2023-02-28", "2024-02-29"}), ("mar1", {"2023-03-01", "2024-02-29"})]
)
def test_the_29th_of_february_falls_where_the_setting_says(rules: Rules, leap_day: str, days: set[str]) -> None:
    span = Interval(at("2023-01-01"), at("2025-01-01"))
    found = rules.birthdays(born("Feb 29"), span, settings_for(birthday_leap_day=leap_day))
    assert {event.time.date().isoformat() for event in found} == days


def test_no_birthday_is_before_the_customer_was_created_nor_in_the_year_of_birth(rules: Rules) -> None:
    def years(customer: Customer) -> list[int]:
        return sorted(
            event.time.year
            for event in rules.birthdays(customer, Interval(at("2015-01-01"), at("2019-01-01")), Settings())
        )

    assert years(born("06/01", "2016-06-01T00:00")) == [2016, 2017, 2018]
    assert years(born("06/01", "2016-06-01T00:00:00.000001")) == [2017, 2018]
    assert years(born("06/01/2016", "2016-01-01T00:00")) == [2017, 2018]
    assert years(born("06/01/2017", "2016-01-01T00:00")) == [2016, 2017, 2018]  # later than createdAt's: no year
    assert years(born("02/29/1900")) == [2016, 2017, 2018]  # up to 1900: no year, so the day is one
    assert years(born("02/29/1901")) == []


def test_the_year_of_creation_is_that_of_the_business_calendar(rules: Rules) -> None:
    """It is still 2015 in Los Angeles: 2016 is later than that, and no year of birth."""
    zone = settings_for(timezone="America/Los_Angeles")
    found = rules.birthdays(born("06/01/2016", "2016-01-01T07:59"), Interval(at("2016-01-01"), at("2017-01-01")), zone)
    assert [event.time for event in found] == [at("2016-06-01T07:00")]


def test_the_next_birthday_is_today_or_later_on_the_business_calendar(rules: Rules) -> None:
    zone = settings_for(timezone="America/Los_Angeles")
    assert rules.next_birthday(born("March 5"), at("2024-03-06T07:59"), zone) == "2024-03-05"
    assert rules.next_birthday(born("March 5"), at("2024-03-06T08:00"), zone) == "2025-03-05"
    assert rules.next_birthday(born("5th Mar 1980"), at("2024-03-05T08:00"), zone) == "2024-03-05"
    assert rules.next_birthday(born("March"), at("2024-03-05T08:00"), zone) is None


def bought(user_id: str, time: str, value: str | None, order_id: str | None = None) -> Order:
    return Order(f"{user_id} {time} {value}", user_id, at(time), order_id, value)


def test_spend_is_counted_up_to_the_monday_before_once_an_order(rules: Rules) -> None:
    """13 March 2024 is a Wednesday; its week began on Monday the 11th, a window of 7 days began on the 4th."""
    orders = [
        bought("u1", "2024-03-03T23:59", "1"),
        bought("u1", "2024-03-04T00:00", "10.10"),
        bought("u1", "2024-03-10T23:59", "20.20"),
        bought("u1", "2024-03-11T00:00", "1"),
        bought("u2", "2024-03-05T10:00", "ten", "A"),  # no number: the next row of that order counts
        bought("u2", "2024-03-06T10:00", "5", "A"),
        bought("u2", "2024-03-07T10:00", "6", "A"),
        bought("u3", "2024-03-07T10:00", "6", "A"),
    ]
    week = settings_for(demographic_days=7)
    assert rules.spend(orders, at("2024-03-13T15:00"), week) == {"u1": 30.3, "u2": 5.0, "u3": 6.0}


def test_of_equal_times_the_first_id_counts_and_a_null_order_is_an_order_of_its_own(rules: Rules) -> None:
    noon = at("2024-03-05T12:00")
    orders = [
        Order("b", "u1", noon, "A", "7"),
        Order("a", "u1", noon, "A", "5"),
        Order("c", "u1", noon, None, "100"),
        Order("d", "u1", noon, None, "100"),
        Order("e", "u1", noon, "0A", "1000"),  # ids are compared as text
    ]
    assert rules.spend(orders, at("2024-03-13"), Settings()) == {"u1": 1205.0}


def test_the_top_fifth_is_1_equal_spend_shares_the_best_rank_and_none_is_5(rules: Rules) -> None:
    """Ranks of 50, 40, 40, 20, 10: 1, 2, 2, 4, 5 of 5."""
    spent = {"a": "50", "b": "40", "c": "40", "d": "20", "e": "10", "f": "-3"}
    orders = [bought(user_id, "2024-03-05T10:00", value) for user_id, value in spent.items()]
    customers = [Customer(user_id) for user_id in "abcdefg"]
    assert rules.demographics(customers, orders, at("2024-03-13"), Settings()) == {
        "a": 1, "b": 2, "c": 2, "d": 4, "e": 5, "f": 5, "g": 5,
    }  # fmt: skip


def test_smrts_own_demographic_wins_where_it_is_a_whole_number_from_1_to_5(rules: Rules) -> None:
    own = {"a": "4", "b": "4.0", "c": "0", "d": "6", "e": "2.5", "f": "best", "g": None}
    customers = [Customer(user_id, None, value) for user_id, value in own.items()]
    orders = [bought("c", "2024-03-05T10:00", "1")]
    assert rules.demographics(customers, orders, at("2024-03-13"), Settings()) == {
        "a": 4, "b": 4, "c": 1, "d": 5, "e": 5, "f": 5, "g": 5,
    }  # fmt: skip
