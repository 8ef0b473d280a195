"""When to strike: at a random moment of a run, above all while it sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import dropwhile
from random import Random

from chaos.pipeline import CLOSING_STAGE, OPENING_STAGE, Run
from sandbox.testing import Sandbox

_WEIGHTS = {
    OPENING_STAGE: 2,
    "extract": 2,
    "derive": 2,
    "plan": 2,
    "guard": 1,
    "load_customers": 6,
    "load_users": 10,
    "load_events": 16,
    "report": 1,
    CLOSING_STAGE: 1,
}
_SENDING = {"load_customers": 8, "load_users": 40, "load_events": 120}
"""Stages that send -> about how many writes a run makes in them."""
_LOOK_SECONDS = 0.01


@dataclass(frozen=True)
class Moment:
    """A moment of a stage: after a share of its usual time, or in a stage that sends, a little after so many writes."""

    stage: str
    share: float
    writes: int


def draw(random: Random, first: str) -> Moment:
    """Any moment of a run that begins with the stage `first`."""
    stages = list(dropwhile(lambda stage: stage != first, _WEIGHTS))
    stage = random.choices(stages, [_WEIGHTS[stage] for stage in stages])[0]
    return Moment(stage, random.random(), random.randrange(_SENDING.get(stage, 1)))


def wait_for(moment: Moment, run: Run, sandbox: Sandbox, usual_seconds: Mapping[str, float]) -> bool:
    """Return at the moment; where it does not come as the stage ends before, at once. False where the run is over."""
    while moment.stage not in run.stages():
        if run.is_over(within=_LOOK_SECONDS):
            return False
    if moment.stage not in _SENDING:
        return not run.is_over(within=moment.share * usual_seconds.get(moment.stage, 0.1))
    before = sandbox.requests()["writes"]
    while run.stages()[-1] == moment.stage and sandbox.requests()["writes"] - before < moment.writes:
        if run.is_over(within=_LOOK_SECONDS):
            return False
    return not run.is_over(within=moment.share * _LOOK_SECONDS)
