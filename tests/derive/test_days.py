from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from smrt_startdeliver.derive.days import EPOCH, day_of, day_of_instant, first_instant, iso_day
from tests.derive.histories import LOS_ANGELES, SAO_PAULO, at


def _day(text: str) -> int:
    return (date.fromisoformat(text) - EPOCH).days


def _days_of(zone: str, *times: str) -> list[str]:
    return list(iso_day(day_of(pd.Series([at(time) for time in times], dtype="datetime64[us, UTC]"), ZoneInfo(zone))))


def _first_instants(zone: str, *days: str) -> list[str]:
    instants = first_instant(pd.Series([_day(day) for day in days], dtype="int32"), ZoneInfo(zone))
    return list(instants.dt.strftime("%Y-%m-%dT%H:%M"))


def test_a_day_is_that_of_the_business_calendar_on_both_sides_of_daylight_saving() -> None:
    winter = _days_of(LOS_ANGELES, "2024-03-10T07:59", "2024-03-10T08:00")
    summer = _days_of(LOS_ANGELES, "2024-03-11T06:59", "2024-03-11T07:00")
    assert winter == ["2024-03-09", "2024-03-10"]
    assert summer == ["2024-03-10", "2024-03-11"]


def test_the_day_of_one_instant_is_the_day_of_a_column_of_them() -> None:
    instant = at("2024-03-11T06:59")
    assert day_of_instant(instant, ZoneInfo(LOS_ANGELES)) == _day("2024-03-10")


def test_a_day_begins_at_midnight_of_its_zone_as_the_clock_stood_then() -> None:
    assert _first_instants(LOS_ANGELES, "2024-03-10", "2024-03-11", "2024-11-03", "2024-11-04") == [
        "2024-03-10T08:00",
        "2024-03-11T07:00",
        "2024-11-03T07:00",
        "2024-11-04T08:00",
    ]


def test_a_day_whose_midnight_is_skipped_begins_with_the_first_instant_after_it() -> None:
    assert _first_instants(SAO_PAULO, "2018-11-03", "2018-11-04") == ["2018-11-03T03:00", "2018-11-04T03:00"]
    assert _days_of(SAO_PAULO, "2018-11-04T02:59", "2018-11-04T03:00") == ["2018-11-03", "2018-11-04"]


def test_a_day_whose_midnight_happens_twice_begins_with_the_first() -> None:
    assert _first_instants("America/Havana", "2024-11-03") == ["2024-11-03T04:00"]
    assert _days_of("America/Havana", "2024-11-03T04:00", "2024-11-03T05:00") == ["2024-11-03", "2024-11-03"]


def test_a_day_that_a_zone_left_out_begins_with_the_next_one() -> None:
    assert _first_instants("Pacific/Apia", "2011-12-29", "2011-12-30", "2011-12-31") == [
        "2011-12-29T10:00",
        "2011-12-30T10:00",
        "2011-12-30T10:00",
    ]


@pytest.mark.parametrize("zone", ["UTC", LOS_ANGELES, SAO_PAULO, "Europe/Dublin", "Asia/Beirut", "Pacific/Apia"])
def test_a_first_instant_has_no_earlier_one_on_its_day(zone: str) -> None:
    days = pd.Series(np.arange(_day("2009-01-01"), _day("2025-01-01"), dtype="int32"))
    instants = first_instant(days, ZoneInfo(zone))
    assert (day_of(instants, ZoneInfo(zone)) >= days).all()
    assert (day_of(instants - pd.Timedelta(seconds=1), ZoneInfo(zone)) < days).all()


def test_types_and_index_are_kept_for_joining() -> None:
    times = pd.Series([at("2024-03-10T07:59")], index=[7], dtype="datetime64[us, UTC]")
    days = day_of(times, ZoneInfo(LOS_ANGELES))
    instants = first_instant(days, ZoneInfo(LOS_ANGELES))
    texts = iso_day(days)
    assert (days.dtype, instants.dtype, texts.dtype) == ("int32", "datetime64[us, UTC]", "str")
    assert list(days.index) == list(instants.index) == list(texts.index) == [7]


def test_iso_days_have_four_digits_of_year_and_reach_before_1970() -> None:
    assert list(iso_day(pd.Series([-1, 0, 19_782, _day("0987-06-05")]))) == [
        "1969-12-31",
        "1970-01-01",
        "2024-02-29",
        "0987-06-05",
    ]
