"""Computed traits and audiences against the plain reading, on generated histories and declarations."""

from __future__ import annotations

from hypothesis import given, settings

from tests.engage.strategies import Case, cases, seeded_case
from tests.engage.test_plain_on_generated import reckoned
from tests.engage.with_pandas import as_json, evaluated


def assert_same(case: Case) -> None:
    plain_traits, plain_members = reckoned(case)
    traits, members = evaluated(case.scene, case.traits, case.audiences)
    lists = {
        key: {user: as_json(value) if isinstance(value, list) else value for user, value in values.items()}
        for key, values in plain_traits.items()
    }
    assert traits == lists
    assert members == plain_members


@settings(deadline=None, max_examples=100)
@given(cases())
def test_both_readings_agree(case: Case) -> None:
    assert_same(case)


def test_both_readings_agree_on_many_cases_that_have_nothing_in_common() -> None:
    for number in range(300):
        assert_same(seeded_case(number))
