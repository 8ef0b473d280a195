"""Which customers may be one that changed its key."""

from __future__ import annotations

import pandas as pd

from smrt_startdeliver.mapping.records import UNKNOWN
from smrt_startdeliver.plan.renamed import from_tied_to_untied, moved, named, renamed
from smrt_startdeliver.plan.vanished import key_hashes, sorted_hashes


def links(**customers: str | None) -> pd.DataFrame:
    """Users by their customers."""
    return pd.DataFrame({"key": list(customers), "customer_key": list(customers.values())}, dtype="str")


def pairs(*moves: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(moves, columns=["old", "new"], dtype="str")


def tied(**vanished: bool) -> pd.DataFrame:
    """Customers that Startdeliver has, and whether each has vanished."""
    return pd.DataFrame({"key": pd.Series(list(vanished), dtype="str"), "vanished": list(vanished.values())})


def texts(frame: pd.DataFrame) -> list[tuple[str, str]]:
    return list(frame.itertuples(index=False, name=None))


def test_who_names_another_customer_than_before_has_moved():
    wanted = links(ann="A-2", bob="A-2", cid="B-1", dan=None, eve=UNKNOWN, new="C-1")
    before = links(ann="A-1", bob="A-1", cid="B-1", dan="D-1", eve="E-1")
    assert moved(wanted, before).to_dict("records") == [{"old": "A-1", "new": "A-2"}]


def test_who_is_said_nothing_of_still_belongs_to_the_customer_that_is_remembered():
    wanted = links(ann="A-2", dan=None, eve=UNKNOWN, new=UNKNOWN)
    before = links(ann="A-1", dan="D-1", eve="E-1")
    assert named(wanted, before).tolist() == ["A-2", "E-1"]


def test_a_customer_that_startdeliver_does_not_have_can_be_no_second_one():
    assert texts(from_tied_to_untied(pairs(("A", "A2"), ("B", "B2")), tied(A=False))) == [("A", "A2")]


def test_users_who_join_a_customer_that_startdeliver_has_move_there():
    assert texts(from_tied_to_untied(pairs(("A", "B")), tied(A=False, B=False))) == []
    assert texts(from_tied_to_untied(pairs(("A", "B")), tied(A=False, B=True))) == []


def test_a_customer_that_had_vanished_was_given_up():
    assert texts(from_tied_to_untied(pairs(("A", "A2")), tied(A=True))) == []


def test_a_customer_that_somebody_still_names_has_not_changed_its_key():
    names = sorted_hashes([key_hashes(pd.Series(["A2", "B"], dtype="str"))])
    assert texts(renamed(pairs(("A", "A2"), ("B", "B2"), ("A", "A2")), names)) == [("A", "A2")]


def test_two_customers_may_become_one_and_one_may_become_two():
    every = pairs(("A", "C"), ("B", "C"), ("A", "D"))
    assert texts(renamed(every, sorted_hashes([]))) == texts(every)
