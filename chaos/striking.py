"""One run, struck: something goes wrong from its start on, something is killed at a moment of it."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from random import Random

import requests

from chaos.errors import Broken
from chaos.moments import draw, wait_for
from chaos.pipeline import Left, Run
from chaos.strikes import LONGEST_DELAY_SECONDS, Fault, Strike, limit, rule, slow_down
from chaos.world import World
from sandbox.testing import Sandbox

PATIENCE_SECONDS = 120
_LONGEST_OUTAGE_SECONDS = {"sandbox killed": 3.0, "PostgreSQL killed": 1.0}
_OF_THE_PIPELINE = ("pipeline killed", "pipeline killed in Airflow")
_LIMIT: Fault = "a limit"
_TOO_MANY = 429


@dataclass(frozen=True)
class Outcome:
    """What became of a strike: what of it has hit, the stage in which something was killed, what the run left."""

    hit: Strike
    stage: str | None
    succeeded: bool
    left: Left | None

    def missed(self, strike: Strike) -> list[Strike]:
        """What of the strike has not hit."""
        kill = None if self.hit.kill else strike.kill
        faults = tuple(fault for fault in strike.faults if fault not in self.hit.faults)
        return [Strike(kill, faults)] if kill or faults else []


def strike_run(strike: Strike, started: AbstractContextManager[Run], world: World, random: Random) -> Outcome:
    """Start a run, strike it, and wait for its end. Raises Broken where it has none."""
    sandbox = world.struck.sandbox
    sandbox.reset_requests()
    _set_wrong(sandbox, strike, random)
    stage = None
    with started as run:
        if strike.kill is not None and wait_for(draw(random, run.first), run, sandbox, world.usual_seconds()):
            stage = run.stages()[-1]
            _kill(strike, world, run, random)
        succeeded = wait_for_end(run)
        left = run.left()
    if succeeded and strike.kill in _OF_THE_PIPELINE:  # its last breath came first
        stage = None
    hit = Strike(strike.kill if stage else None, _hit(sandbox, strike.faults))
    sandbox.clear_faults()
    sandbox.limit(None)
    if "late answers" in strike.faults:  # they are given by the next try: Airflow waits for minutes before it
        time.sleep(LONGEST_DELAY_SECONDS)
    return Outcome(hit, stage, succeeded, left)


def wait_for_end(run: Run) -> bool:
    """Whether the run succeeds. Raises Broken where it does not end, or its sums do not meet."""
    if not run.is_over(within=PATIENCE_SECONDS):
        raise Broken(f"a run has not ended after {PATIENCE_SECONDS} s: see {run.log}")
    if "sums do not meet" in run.log.read_text(errors="replace"):
        raise Broken(f"the sums of a run do not meet: see {run.log}")
    return run.succeeded()


def _set_wrong(sandbox: Sandbox, strike: Strike, random: Random) -> None:
    wrong = [rule(fault, random) for fault in strike.faults if fault != _LIMIT]
    sandbox.faults(wrong + (slow_down(random) if strike.kill else []))
    if _LIMIT in strike.faults:
        sandbox.limit(limit(random))


def _hit(sandbox: Sandbox, faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """The faults that any request had."""
    key = {"Authorization": sandbox.key}
    hits = [rule["hits"] > 0 for rule in requests.get(f"{sandbox.root}/sandbox/faults", headers=key, timeout=30).json()]
    by_rule = [fault for fault, has_hit in zip((f for f in faults if f != _LIMIT), hits, strict=False) if has_hit]
    limited = _LIMIT in faults and any(row["status"] == _TOO_MANY for row in sandbox.requests()["requests"])
    return (*by_rule, _LIMIT) if limited else tuple(by_rule)


def _kill(strike: Strike, world: World, run: Run, random: Random) -> None:
    down = random.uniform(0, _LONGEST_OUTAGE_SECONDS.get(str(strike.kill), 0))
    if strike.kill == "sandbox killed":
        world.struck.sandbox.kill()
        time.sleep(down)
        world.struck.sandbox.restart()
    elif strike.kill == "PostgreSQL killed":
        world.kill_postgres()
        time.sleep(down)
        world.start_postgres()
    else:
        run.kill()
