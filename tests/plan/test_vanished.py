"""Who is not named any more, and what is done about whom."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt_startdeliver.mapping.records import UNKNOWN
from smrt_startdeliver.plan.fingerprints import field_fingerprint
from smrt_startdeliver.plan.vanished import actions, active_again, is_among, key_hashes, sorted_hashes

KEYS = st.lists(st.text(max_size=4))
DEACTIVATED = {"active": field_fingerprint("false"), "name": field_fingerprint("Ann")}


def texts(keys: list[str]) -> pd.Series:
    return pd.Series(keys, dtype="str")


@given(pieces=st.lists(KEYS, max_size=4), asked=KEYS)
def test_a_key_is_among_those_that_were_named_and_no_other_is(pieces: list[list[str]], asked: list[str]) -> None:
    hashes = sorted_hashes(key_hashes(texts(piece)) for piece in pieces)
    named = {key for piece in pieces for key in piece}
    assert is_among(texts(asked), hashes).tolist() == [key in named for key in asked]


def test_the_smallest_and_the_largest_hash_are_found_and_what_lies_beyond_them_is_not() -> None:
    keys = texts([str(number) for number in range(100)])
    ordered = keys[np.argsort(key_hashes(keys))]
    inner = sorted_hashes([key_hashes(ordered[1:-1])])
    assert is_among(ordered, inner).tolist() == [False, *[True] * 98, False]


@pytest.mark.parametrize(
    ("on_vanish", "entity", "done"),
    [
        ("ignore", "customer", ["", ""]),
        ("deactivate", "customer", ["deactivate", ""]),
        ("deactivate", "user", ["", ""]),
        ("delete", "customer", ["delete", ""]),
        ("delete", "user", ["delete", ""]),
    ],
)
def test_only_what_we_created_is_acted_on(on_vanish: str, entity: str, done: list[str]) -> None:
    assert actions(pd.Series([True, False]), entity, on_vanish).tolist() == done


def test_who_is_back_is_active_again_where_nothing_else_is_said_of_it() -> None:
    assert active_again({"name": "Ann"}, DEACTIVATED) == {"name": "Ann", "active": "true"}
    assert active_again({"active": UNKNOWN}, DEACTIVATED) == {"active": "true"}
    assert active_again({"active": "false"}, DEACTIVATED) == {"active": "false"}
    assert active_again({"active": None}, DEACTIVATED) == {"active": None}


def test_who_was_not_deactivated_is_not_activated() -> None:
    assert active_again({"name": "Ann"}, {"name": field_fingerprint("Ann")}) == {"name": "Ann"}
    assert active_again({"name": "Ann"}, {"active": field_fingerprint("true")}) == {"name": "Ann"}
