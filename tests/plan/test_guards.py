"""Guards: which changes are too large to be meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt_startdeliver.plan.guards import FEW, Tripped, tripped_guards
from smrt_startdeliver.settings import Settings

SHARES = ("guard_fall", "guard_growth", "guard_field_change")
USUAL = {
    "rows users": 100,
    "rows pages": 40,
    "rows new_customer_signup": 90,
    "users wanted": 100,
    "users with phone": 80,
}
CALM = USUAL | {"users tied": 100, "users new": 0, "users changed phone": 0, "users vanished": 0}

counts = st.integers(0, 1000).map(float)
shares = st.integers(0, 100).map(lambda hundredths: hundredths / 100)


def guards(now: dict, usual: dict = USUAL, undone: dict | None = None, **settings: float) -> list[Tripped]:
    return tripped_guards(CALM | now, usual, undone or {}, Settings(**settings))


def names(now: dict, usual: dict = USUAL, undone: dict | None = None, **settings: float) -> list[str]:
    return [tripped.guard for tripped in guards(now, usual, undone, **settings)]


@pytest.mark.parametrize(
    ("guard", "beyond", "within"),
    [
        ("fewer_rows", {"rows users": 49}, {"rows users": 50}),
        ("fewer_rows", {"rows pages": 19}, {"rows pages": 20}),
        ("fewer_rows", {"users wanted": 49}, {"users wanted": 50}),
        ("many_new", {"users new": 51}, {"users new": 50}),
        ("many_nulls", {"users with phone": 39}, {"users with phone": 40}),
        ("field_changes", {"users changed phone": 51}, {"users changed phone": 50}),
        ("many_vanished", {"users tied": 49, "users vanished": 51}, {"users tied": 50, "users vanished": 50}),
    ],
    ids=str,
)
def test_each_guard_trips_beyond_its_share_and_not_at_it(guard: str, beyond: dict, within: dict) -> None:
    assert names(beyond) == [guard]
    assert names(within) == []


@pytest.mark.parametrize(
    ("setting", "change"),
    [
        ("guard_fall", {"rows pages": 19, "users with phone": 39, "users tied": 49, "users vanished": 51}),
        ("guard_growth", {"users new": 51}),
        ("guard_field_change", {"users changed phone": 51}),
    ],
)
def test_a_share_can_be_set(setting: str, change: dict) -> None:
    assert names(change, **{setting: 0.6}) == []
    assert names(change, **{setting: 0.3}) == names(change) != []


@given(st.dictionaries(st.sampled_from(sorted(CALM)), counts), st.fixed_dictionaries(dict.fromkeys(SHARES, shares)))
def test_what_is_as_it_was_trips_nothing_whatever_the_shares(usual: dict, settings: dict) -> None:
    unchanged = {name: 0.0 for name in CALM if name not in USUAL and name != "users tied"}
    assert names(usual | unchanged, usual, **settings) == []


@given(st.sampled_from(sorted(USUAL)), counts, counts, shares)
def test_of_what_falls_deeper_no_guard_lets_go(count: str, seen: float, more: float, share: float) -> None:
    fallen, deeper = CALM[count] - seen, CALM[count] - seen - more
    if names({count: max(fallen, 0)}, guard_fall=share):
        assert names({count: max(deeper, 0)}, guard_fall=share)


@given(st.sampled_from(["users new", "users changed phone"]), counts, counts, shares)
def test_of_what_grows_further_no_guard_lets_go(count: str, seen: float, more: float, share: float) -> None:
    share_of_all = dict.fromkeys(SHARES, share)
    if names({count: seen}, **share_of_all):
        assert names({count: seen + more}, **share_of_all)


@given(st.fixed_dictionaries({name: st.integers(0, FEW - 1) for name in CALM}))
def test_a_change_of_few_is_free_whatever_its_share(change: dict) -> None:
    falls = {name: CALM[name] - change[name] for name in USUAL}
    grows = {name: change[name] for name in CALM if name not in USUAL and name != "users tied"}
    assert names(falls | grows | {"users tied": 0}, **dict.fromkeys(SHARES, 0)) == []


def test_a_source_that_is_empty_where_there_were_rows_is_beyond_any_share() -> None:
    assert names({"rows pages": 0}, guard_fall=1) == ["fewer_rows"]
    assert names({"rows pages": 1}, guard_fall=1) == []


def test_a_table_that_is_gone_is_empty() -> None:
    now = {name: count for name, count in CALM.items() if name != "rows pages"}
    (tripped,) = tripped_guards(now, USUAL, {}, Settings())
    assert [(found.count, found.seen, found.against) for found in tripped.findings] == [("rows pages", 0, 40)]


def test_users_without_a_row_trip_with_any_number_before() -> None:
    assert names({"rows users": 0}, {"rows users": 1}) == ["fewer_rows"]
    assert names({"rows pages": 0}, {"rows pages": 1}) == []
    assert names({"rows users": 0}, {"rows users": 0}) == []


def test_without_runs_before_nothing_has_fallen() -> None:
    assert names({"rows users": 0, "users with phone": 0}, {}) == []


def test_a_field_that_is_not_mapped_any_more_has_not_fallen() -> None:
    now = {name: count for name, count in CALM.items() if name != "users with phone"}
    assert tripped_guards(now, USUAL, {}, Settings()) == []


def test_what_the_run_before_was_let_through_with_and_left_undone_is_not_counted_again() -> None:
    for count in ("users new", "users changed phone", "users vanished"):
        change = {count: 900, "users tied": 100}
        assert names(change) != []
        assert names(change, undone={count: 880}) == []
        assert names(change, undone={count: 300}) != []


def test_new_records_may_exceed_those_that_are_there_where_it_is_set_so() -> None:
    assert names({"users new": 300}, guard_growth=3) == []
    assert names({"users new": 301}, guard_growth=3) == ["many_new"]


def test_each_entity_is_measured_against_its_own() -> None:
    customers = {"customers tied": 20, "customers new": 12, "customers changed name": 12}
    assert names(customers) == ["many_new", "field_changes"]
    assert [str(found) for tripped in guards(customers) for found in tripped.findings] == [
        "customers new 12, beside 20",
        "customers changed name 12, of 20",
    ]


def test_a_tripped_guard_is_one_sentence_with_its_numbers_and_what_to_do() -> None:
    (tripped,) = guards({"rows users": 1200, "users wanted": 0}, {"rows users": 5000, "users wanted": 4321})
    assert str(tripped) == (
        "fewer_rows (rows users 1,200, usually 5,000; users wanted 0, usually 4,321): "
        "see whether the loader still fills SMRT's tables"
    )


def test_of_many_findings_the_first_are_listed_and_the_others_counted() -> None:
    fields = {f"users with field{number}": 100 for number in range(9)}
    (tripped,) = guards(dict.fromkeys(fields, 0), fields)
    assert "users with field4 0, usually 100; and 4 more): see whether" in str(tripped)
    assert "field5" not in str(tripped)
