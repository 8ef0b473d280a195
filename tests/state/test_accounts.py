"""The account of a run, stage by stage."""

from __future__ import annotations

import pytest

from smrt_startdeliver.errors import AccountingError
from smrt_startdeliver.plan.fates import Fates
from smrt_startdeliver.state.accounts import check_run, note_stage
from smrt_startdeliver.state.database import State


def fates(*counts: tuple) -> Fates:
    noted = Fates()
    for count in counts:
        noted.add(*count)
    return noted


def account(state: State, run: int) -> list[tuple]:
    return [tuple(row.values()) for row in state.rows("accounts", run=run)]


def test_the_stages_of_a_run_are_summed_and_its_sums_checked(state: State) -> None:
    note_stage(state, 1, "plan", fates(("users", "extracted", 3), ("users", "rejected", 1, "no_match_value")), {})
    with pytest.raises(AccountingError, match="users: extracted 3, accounted for 1"):
        check_run(state, 1)
    note_stage(state, 1, "load", fates(("users", "created", 1), ("users", "rejected", 1, "no_match_value")), {})
    note_stage(state, 2, "load", fates(("users", "created", 99)), {})
    check_run(state, 1)
    assert account(state, 1) == [
        ("users", "created", "", 1),
        ("users", "extracted", "", 3),
        ("users", "rejected", "no_match_value", 2),
    ]


def test_a_stage_that_is_tried_again_replaces_what_its_first_try_noted(state: State) -> None:
    note_stage(state, 1, "load", fates(("users", "created", 1), ("users", "unchanged", 1)), {"seconds": 1, "429": 2})
    note_stage(state, 1, "load", fates(("users", "unchanged", 2)), {"seconds": 3})
    assert account(state, 1) == [("users", "unchanged", "", 2)]
    assert [(row["stage"], row["name"], row["value"]) for row in state.rows("measures", run=1)] == [
        ("load", "seconds", 3.0)
    ]


def test_a_run_that_met_nobody_adds_up(state: State) -> None:
    note_stage(state, 1, "load", fates(), {})
    check_run(state, 1)
    assert account(state, 1) == []
