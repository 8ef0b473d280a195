"""Which customers may be one that changed its key."""

from __future__ import annotations

import pandas as pd

from smrt_startdeliver.mapping.records import UNKNOWN
from smrt_startdeliver.plan.renamed import moved, renamed
from smrt_startdeliver.plan.vanished import key_hashes, sorted_hashes


def links(**customers: str | None) -> pd.DataFrame:
    """Users by their customers."""
    return pd.DataFrame({"key": list(customers), "customer_key": list(customers.values())}, dtype="str")


def found(pairs: list[tuple[str, str]], *, named: list[str], tied: list[str]) -> list[tuple[str, str]]:
    frame = pd.DataFrame(pairs, columns=["old", "new"], dtype="str")
    of_startdeliver = pd.DataFrame({"key": pd.Series(tied, dtype="str"), "created_here": True})
    hashes = sorted_hashes([key_hashes(pd.Series(named, dtype="str"))])
    return list(renamed(frame, hashes, of_startdeliver)[["old", "new"]].itertuples(index=False, name=None))


def test_who_names_another_customer_than_before_has_moved():
    wanted = links(ann="A-2", bob="A-2", cid="B-1", dan=None, eve=UNKNOWN, new="C-1")
    before = links(ann="A-1", bob="A-1", cid="B-1", dan="D-1", eve="E-1")
    assert moved(wanted, before).to_dict("records") == [{"old": "A-1", "new": "A-2"}]


def test_a_customer_that_nobody_names_any_more_may_go_by_the_new_key():
    assert found([("A-1", "A-2")], named=["A-2"], tied=["A-1"]) == [("A-1", "A-2")]


def test_one_that_somebody_still_names_has_not_changed_its_key():
    assert found([("A-1", "A-2")], named=["A-1", "A-2"], tied=["A-1"]) == []


def test_one_that_startdeliver_does_not_have_can_be_no_second_one():
    assert found([("A-1", "A-2")], named=["A-2"], tied=[]) == []


def test_users_who_join_a_customer_that_startdeliver_has_move_there():
    assert found([("A-1", "B-1")], named=["B-1"], tied=["A-1", "B-1"]) == []


def test_of_two_that_become_one_each_new_key_is_reported_once():
    pairs = [("A-1", "C-1"), ("B-1", "C-1"), ("A-1", "A-2")]
    assert found(pairs, named=["C-1", "A-2"], tied=["A-1", "B-1"]) == [("A-1", "C-1"), ("A-1", "A-2")]
