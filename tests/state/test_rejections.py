"""A rejection is counted once, until its value changes."""

from __future__ import annotations

import pandas as pd

from smrt_startdeliver.state.database import State
from smrt_startdeliver.state.rejections import remember, unseen


def rejections(*rows: tuple[str, str, str, int], shape: str | None = "99/99") -> pd.DataFrame:
    """Rejections as (key, field, reason, fingerprint)."""
    frame = pd.DataFrame(rows, columns=["key", "field", "reason", "fingerprint"]).astype(
        {"key": "str", "field": "str", "reason": "str", "fingerprint": "int64"}
    )
    return frame.assign(shape=pd.Series(shape, index=frame.index, dtype="str"))


ANN = ("ann", "Birthday", "unreadable_date", 2**62 + 1)


def test_what_is_remembered_as_it_is_was_seen(state: State) -> None:
    assert list(unseen(state, "users", rejections(ANN))) == [True]
    remember(state, "users", 1, rejections(ANN))
    assert list(unseen(state, "users", rejections(ANN))) == [False]


def test_a_value_that_changed_is_new_and_so_is_one_that_changed_back(state: State) -> None:
    other = (*ANN[:3], 2**62 + 2)
    for rejected in (ANN, other, ANN):
        assert list(unseen(state, "users", rejections(rejected))) == [True]
        remember(state, "users", 1, rejections(rejected))
        assert list(unseen(state, "users", rejections(rejected))) == [False]


def test_another_record_field_reason_or_entity_is_another_rejection(state: State) -> None:
    remember(state, "users", 1, rejections(ANN))
    others = [("bob", *ANN[1:]), ("ann", "email", *ANN[2:]), ("ann", "Birthday", "broken_json", ANN[3])]
    assert list(unseen(state, "users", rejections(ANN, *others))) == [False, True, True, True]
    assert list(unseen(state, "customers", rejections(ANN))) == [True]


def test_the_answer_fits_rejections_of_whatever_index(state: State) -> None:
    remember(state, "users", 1, rejections(ANN))
    found = rejections(("bob", "", "no_match_value", 0), ANN).set_index(pd.Index([70, 7]))
    new = unseen(state, "users", found)
    assert new.to_dict() == {70: True, 7: False}
    assert unseen(state, "users", found.iloc[:0]).empty


def test_the_first_and_the_last_run_that_met_it_are_remembered_and_no_value(state: State) -> None:
    remember(state, "users", 1, rejections(ANN, shape=None))
    remember(state, "users", 7, rejections(ANN))
    with state.transaction() as connection:
        (row,) = connection.exec_driver_sql(f"select * from {state._schema}.rejections").mappings().all()
    assert (row["first_run"], row["last_run"], row["shape"], row["fingerprint"]) == (1, 7, "99/99", ANN[3])
