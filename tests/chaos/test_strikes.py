"""The plan of a campaign: as many kills and faults as asked for, of every kind, the same for the same seed."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import get_args

import pytest

from chaos.strikes import FAULTS, Kill, Strike, plan, rule
from chaos.striking import Outcome
from sandbox.faults import read_rules


@pytest.mark.parametrize("number", [1, 7, 30, 100])
def test_as_many_are_planned_as_asked_for(number: int):
    for seed in range(10):  # one fault twice in a strike hits once
        assert sum(len(set(strike.kinds)) for strike in plan(number, Random(seed))) == number


def test_a_hundred_are_of_every_kind_and_ten_and_more_hit_the_pipeline_in_airflow():
    kinds = Counter(kind for strike in plan(100, Random(3)) for kind in strike.kinds)
    assert set(kinds) == {*get_args(Kill), *FAULTS}
    assert kinds["pipeline killed in Airflow"] >= 10
    assert min(kinds.values()) >= 4


def test_some_pipelines_are_killed_while_something_goes_wrong_already():
    assert any(strike.kill and strike.faults for strike in plan(100, Random(3)))


def test_a_seed_gives_one_plan():
    assert plan(50, Random(3)) == plan(50, Random(3)) != plan(50, Random(4))


def test_the_sandbox_takes_the_rule_of_every_fault():
    for seed in range(20):
        read_rules([rule(fault, Random(seed)) for fault in FAULTS if fault != "a limit"])


def test_what_has_missed_is_what_is_left_of_a_strike():
    strike = Strike("pipeline killed", ("a limit", "late answers"))
    assert Outcome(Strike("pipeline killed", ("late answers",)), "plan", False, None).missed(strike) == [
        Strike(faults=("a limit",))
    ]
    assert Outcome(strike, "plan", False, None).missed(strike) == []
