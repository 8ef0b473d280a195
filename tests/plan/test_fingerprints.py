"""Fingerprints outlive releases: they are compared with those that earlier runs left."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smrt_startdeliver.mapping.records import UNKNOWN
from smrt_startdeliver.plan.fingerprints import field_fingerprint, record_fingerprints
from smrt_startdeliver.plan.matching import match_fingerprints, shared_matches
from tests.plan.frames import texts

some = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
few = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
RECORDS = pd.DataFrame({"a": texts("x", "é", None, ""), "b": texts("1", "2", "3", "4")})


def test_a_records_fingerprint_is_what_it_was_in_every_release() -> None:
    assert list(record_fingerprints(RECORDS, ["a", "b"])) == [
        -8040101212549453029,
        -8046102447048433003,
        3643990754890069298,
        547795766858582446,
    ]


def test_a_fields_fingerprint_is_what_it_was_in_every_release() -> None:
    assert [field_fingerprint(text) for text in ("Ann", "")] == ["def35119f486965e", "e4a6a0577479b2b4"]


def test_the_order_of_columns_means_nothing() -> None:
    assert list(record_fingerprints(RECORDS, ["b", "a"])) == list(record_fingerprints(RECORDS, ["a", "b"]))


def test_null_empty_unknown_and_texts_that_look_alike_all_differ() -> None:
    records = pd.DataFrame({"a": texts(None, "", UNKNOWN, "null", "None", "nan", " ", "0", "false")})
    assert record_fingerprints(records, ["a"]).is_unique


def test_the_same_values_in_other_columns_are_another_record() -> None:
    records = pd.DataFrame({"a": texts("x", "y", "x", None), "b": texts("y", "x", None, "x")})
    assert record_fingerprints(records, ["a", "b"]).is_unique


def test_the_rows_around_a_record_mean_nothing() -> None:
    for row in range(len(RECORDS)):
        alone = RECORDS.iloc[[row]]
        assert list(record_fingerprints(alone, ["a", "b"])) == [record_fingerprints(RECORDS, ["a", "b"])[row]]


def test_a_frame_without_rows_has_no_fingerprints_but_their_type() -> None:
    found = record_fingerprints(RECORDS.iloc[:0], ["a", "b"])
    assert (len(found), found.dtype) == (0, "int64")


@few
@given(st.lists(st.tuples(st.none() | st.text(max_size=3), st.none() | st.text(max_size=3)), min_size=1, max_size=6))
def test_records_have_one_fingerprint_exactly_where_they_are_equal(rows: list[tuple]) -> None:
    records = pd.DataFrame({"a": texts(*(a for a, _ in rows)), "b": texts(*(b for _, b in rows))})
    assert record_fingerprints(records, ["a", "b"]).nunique() == len(set(rows))


@some
@given(st.lists(st.text(max_size=3), unique=True))
def test_fields_have_one_fingerprint_exactly_where_they_are_equal(values: list[str]) -> None:
    assert len({field_fingerprint(value) for value in values}) == len(values)


def matches(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame({"match_field": texts(*(f for f, _ in pairs)), "match_value": texts(*(v for _, v in pairs))})


def test_a_match_value_that_two_records_claim_is_found_across_chunks() -> None:
    chunks = [
        matches(("email", "a"), ("email", "b"), ("email", "twice"), ("email", "twice")),
        matches(("email", "a"), ("customfieldSmrtId", "b"), ("customfieldSmrtId", "c")),
    ]
    shared = shared_matches([match_fingerprints(chunk).to_numpy() for chunk in chunks])
    assert set(shared) == set(match_fingerprints(matches(("email", "a"), ("email", "twice"))))


@pytest.mark.parametrize("chunks", [[], [match_fingerprints(matches()).to_numpy()]], ids=["none", "empty"])
def test_without_records_no_match_value_is_shared(chunks: list) -> None:
    assert list(shared_matches(chunks)) == []
