from __future__ import annotations

import json

import pandas as pd
import pytest

from smrt_startdeliver.derive.birthdays import birthdays, customer_birthday, next_birthday
from smrt_startdeliver.derive.ids import derived_ids
from smrt_startdeliver.settings import Settings
from tests.derive.histories import LOS_ANGELES, SAO_PAULO, at, between, times

DEFAULTS = Settings()


def _customers(*rows: tuple[str, str | None, str | None]) -> pd.DataFrame:
    """Customers as (user id, birthday in the custom field, created_at)."""
    return pd.DataFrame(
        {
            "user_id": [user_id for user_id, _, _ in rows],
            "created_at": pd.Series([created and at(created) for _, _, created in rows], dtype="datetime64[us, UTC]"),
            "custom_fields": [json.dumps({"Birthday": birthday}) for _, birthday, _ in rows],
        }
    )


def _known(birthday: str, created: str | None = None, settings: Settings = DEFAULTS) -> pd.DataFrame:
    return birthdays(_customers(("a", birthday, created)), settings)[0]


def _read(birthday: str, created: str | None = None, settings: Settings = DEFAULTS) -> tuple[object, ...] | None:
    """(month, day, year) of one customer, None where it is rejected."""
    known, rejected = birthdays(_customers(("a", birthday, created)), settings)
    assert len(known) + len(rejected) == 1
    if known.empty:
        return None
    year = known["year"][0]
    return (known["month"][0], known["day"][0], None if pd.isna(year) else year)


def _events(known: pd.DataFrame, start: str, end: str, settings: Settings = DEFAULTS) -> list[str]:
    return times(customer_birthday(known, between(start, end), settings))


def _next(known: pd.DataFrame, end: str, settings: Settings = DEFAULTS) -> str:
    (day,) = next_birthday(known, at(end), settings)["nextBirthday"]
    return str(day)


def test_a_birthday_has_month_day_and_year_with_their_types() -> None:
    known, rejected = birthdays(_customers(("b", "3/5", None), ("a", "1980-03-05", "2020-01-01")), DEFAULTS)
    expected = pd.DataFrame(
        {
            "user_id": ["a", "b"],
            "month": [3, 3],
            "day": [5, 5],
            "year": pd.Series([1980, None], dtype="Int64"),
            "created_at": pd.Series([at("2020-01-01"), None], dtype="datetime64[us, UTC]"),
        }
    )
    pd.testing.assert_frame_equal(known, expected)
    assert rejected.empty


@pytest.mark.parametrize(
    ("written", "year"),
    [("1/1/0000", None), ("1/1/1900", None), ("1/1/1901", 1901), ("1/1/2020", 2020), ("1/1/2021", None)],
)
def test_a_year_up_to_1900_or_later_than_the_creation_counts_as_none(written: str, year: int | None) -> None:
    assert _read(written, created="2020-06-01") == (1, 1, year)


def test_the_year_of_creation_is_that_of_the_business_calendar() -> None:
    assert _read("1/1/2020", created="2020-01-01T05:00") == (1, 1, 2020)
    assert _read("1/1/2020", created="2020-01-01T05:00", settings=Settings(timezone=LOS_ANGELES)) == (1, 1, None)


def test_without_a_creation_no_year_is_too_late() -> None:
    assert _read("1/1/2090") == (1, 1, 2090)


@pytest.mark.parametrize("text", ["2/30", "2/29/2019", "4/31/1980", "13/1", "0/5", "5/0", "2100-02-29"])
def test_a_day_that_does_not_exist_is_unreadable(text: str) -> None:
    assert _read(text) is None


def test_years_that_count_as_none_are_dropped_before_the_day_is_checked() -> None:
    assert _read("2/29/1900") == (2, 29, None)
    assert _read("2/29/2023", created="2022-01-01") == (2, 29, None)
    assert _read("2/29/2023", created="2023-01-01") is None
    assert _read("2/29/2024", created="2024-01-01") == (2, 29, 2024)


def test_day_first_is_a_setting() -> None:
    assert _read("5/3", settings=Settings(birthday_day_first=True)) == (3, 5, None)
    assert _read("12/31", settings=Settings(birthday_day_first=True)) is None


def test_the_field_has_the_name_of_the_settings() -> None:
    customers = pd.DataFrame({"user_id": ["a"], "custom_fields": ['{"Birthday": "1/1", "Geburtstag": "2/2"}']})
    known, _ = birthdays(customers, Settings(birthday_field="geburtstag"))
    assert list(known["month"]) == [2]


def test_of_several_values_the_first_that_can_be_read_counts_and_none_is_rejected() -> None:
    customers = pd.DataFrame(
        {
            "user_id": ["a", "b"],
            "custom_fields": ['["Birthday: 2/30", "Birthday: 3/5", "Birthday: 4/6"]', "broken"],
            "custom_fields_birthday": ["1/1", "5/7"],
        }
    )
    known, rejected = birthdays(customers, DEFAULTS)
    assert list(zip(known["month"], known["day"], strict=True)) == [(3, 5), (5, 7)]
    assert rejected.empty


def test_what_cannot_be_read_is_rejected_once_a_customer_with_field_reason_and_shape() -> None:
    customers = pd.DataFrame(
        {
            "user_id": ["d", "c", "b", "a"],
            "custom_fields": ['["Birthday: 3/5/80", "Birthday: soon"]', '{"Birthday": "3/5"', "[]", None],
            "custom_fields_birthday": [None, "Feb 30", None, "Ann's day"],
        }
    )
    known, rejected = birthdays(customers, DEFAULTS)
    assert known.empty
    assert rejected[["user_id", "field", "reason", "shape"]].to_numpy().tolist() == [
        ["a", "Birthday", "unreadable_date", "aaa'a aaa"],
        ["c", "custom_fields", "broken_json", '{"aaaaaaaa": "9/9"'],
        ["d", "Birthday", "unreadable_date", "9/9/99"],
    ]


def test_a_rejected_value_has_a_fingerprint_that_changes_with_it_alone() -> None:
    _, rejected = birthdays(_customers(("a", "soon", None), ("b", "soon", "2020-01-01"), ("c", "sooN", None)), DEFAULTS)
    a, b, c = rejected["fingerprint"]
    assert a == b != c
    assert rejected["fingerprint"].dtype == "int64"


def test_a_warehouse_without_the_columns_has_no_birthdays_and_rejects_nothing() -> None:
    known, rejected = birthdays(pd.DataFrame({"user_id": ["a"]}), DEFAULTS)
    assert (len(known), len(rejected)) == (0, 0)
    assert customer_birthday(known, between("2024-01-01", "2025-01-01"), DEFAULTS).empty
    assert next_birthday(known, at("2024-01-01"), DEFAULTS).empty


def test_a_birthday_comes_once_a_year_with_the_year_as_its_key() -> None:
    events = customer_birthday(_known("3/5"), between("2022-03-05", "2024-03-05T00:01"), DEFAULTS)
    assert times(events) == ["2022-03-05T00:00", "2023-03-05T00:00", "2024-03-05T00:00"]
    keys = pd.Series(["2022", "2023", "2024"], dtype="str")
    assert list(events["id"]) == list(derived_ids("Customer Birthday", pd.Series(["a"] * 3, dtype="str"), keys))
    assert list(events.columns) == ["id", "user_id", "name", "time"]
    assert set(events["name"]) == {"Customer Birthday"}


def test_the_interval_holds_its_start_and_not_its_end() -> None:
    assert _events(_known("3/5"), "2024-03-05", "2024-03-05T00:01") == ["2024-03-05T00:00"]
    assert _events(_known("3/5"), "2024-03-04", "2024-03-05") == []


def test_its_time_is_the_first_instant_of_the_day_in_the_zone_of_the_business() -> None:
    angeles = Settings(timezone=LOS_ANGELES)
    assert _events(_known("3/10"), "2024-01-01", "2025-01-01", angeles) == ["2024-03-10T08:00"]
    assert _events(_known("3/11"), "2024-01-01", "2025-01-01", angeles) == ["2024-03-11T07:00"]
    assert _events(_known("11/4"), "2018-01-01", "2019-01-01", Settings(timezone=SAO_PAULO)) == ["2018-11-04T03:00"]


def test_new_years_birthday_is_found_where_the_zones_year_is_another() -> None:
    tokyo = Settings(timezone="Asia/Tokyo")
    assert _events(_known("1/1"), "2023-12-31T14:00", "2023-12-31T16:00", tokyo) == ["2023-12-31T15:00"]
    angeles = Settings(timezone=LOS_ANGELES)
    assert _events(_known("12/31"), "2023-12-31T07:00", "2024-01-01T07:00", angeles) == ["2023-12-31T08:00"]


@pytest.mark.parametrize(("leap_day", "ordinary"), [("feb28", "2023-02-28T00:00"), ("mar1", "2023-03-01T00:00")])
def test_29_february_falls_in_other_years_where_the_settings_say(leap_day: str, ordinary: str) -> None:
    settings = Settings(birthday_leap_day=leap_day)
    assert _events(_known("2/29/1980"), "2023-01-01", "2025-01-01", settings) == [ordinary, "2024-02-29T00:00"]
    assert _events(_known("2/29"), "2100-01-01", "2101-01-01", settings) == [ordinary.replace("2023", "2100")]


@pytest.mark.parametrize("leap_day", ["feb28", "mar1"])
def test_the_other_days_at_the_end_of_february_stay(leap_day: str) -> None:
    settings = Settings(birthday_leap_day=leap_day)
    assert _events(_known("2/28"), "2023-01-01", "2025-01-01", settings) == ["2023-02-28T00:00", "2024-02-28T00:00"]
    assert _events(_known("3/1"), "2023-01-01", "2025-01-01", settings) == ["2023-03-01T00:00", "2024-03-01T00:00"]


def test_none_comes_before_the_instant_of_creation() -> None:
    assert _events(_known("3/5", created="2023-03-05"), "2022-01-01", "2024-01-01") == ["2023-03-05T00:00"]
    assert _events(_known("3/5", created="2023-03-05T00:01"), "2022-01-01", "2024-01-01") == []


def test_none_comes_in_the_year_of_birth() -> None:
    known = _known("3/5/2023", created="2023-01-01")
    assert _events(known, "2023-01-01", "2025-01-01") == ["2024-03-05T00:00"]


def test_the_next_birthday_is_on_or_after_the_day_of_end() -> None:
    assert _next(_known("3/5"), "2024-03-05T23:59") == "2024-03-05"
    assert _next(_known("3/5"), "2024-03-06") == "2025-03-05"
    assert _next(_known("3/5"), "2024-03-06T07:59", Settings(timezone=LOS_ANGELES)) == "2024-03-05"
    assert _next(_known("3/5"), "2024-03-06T08:00", Settings(timezone=LOS_ANGELES)) == "2025-03-05"


def test_the_next_birthday_is_each_customers_own_whatever_rows_the_frame_was_cut_from() -> None:
    known, _ = birthdays(_customers(("a", "3/5", None), ("b", "4/6", None), ("c", "5/7", "2025-01-01")), DEFAULTS)
    traits = next_birthday(known[known["user_id"] != "a"], at("2024-04-01"), DEFAULTS)
    assert list(zip(traits["user_id"], traits["nextBirthday"], strict=True)) == [
        ("b", "2024-04-06"),
        ("c", "2025-05-07"),
    ]


def test_the_next_birthday_of_a_leap_day_follows_the_settings() -> None:
    assert _next(_known("2/29"), "2024-02-29") == "2024-02-29"
    assert _next(_known("2/29"), "2024-03-01") == "2025-02-28"
    assert _next(_known("2/29"), "2025-02-28", Settings(birthday_leap_day="mar1")) == "2025-03-01"
    assert _next(_known("2/29"), "2025-03-01", Settings(birthday_leap_day="mar1")) == "2025-03-01"


def test_the_next_birthday_is_one_that_will_be_an_event() -> None:
    assert _next(_known("3/5/2024", created="2024-01-01"), "2024-02-01") == "2025-03-05"
    assert _next(_known("3/5", created="2024-03-05T10:00"), "2024-03-05T12:00") == "2025-03-05"
    assert _next(_known("3/5", created="2024-03-05"), "2024-03-05T12:00") == "2024-03-05"
    assert _next(_known("3/5/2025", created="2025-06-01"), "2024-06-01") == "2026-03-05"
