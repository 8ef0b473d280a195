"""What a run is struck with: something is killed, or the sandbox behaves as servers do on a bad day, or both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Literal, get_args

Kill = Literal["pipeline killed", "pipeline killed in Airflow", "sandbox killed", "PostgreSQL killed"]
Fault = Literal[
    "answers lost after the write",
    "requests lost before it",
    "answers 500, 502, 503, 504",
    "answers 408, 423, 425",
    "answers 429, Retry-After",
    "late answers",
    "a limit",
]
FAULTS: tuple[Fault, ...] = get_args(Fault)
_KILLS_IN_A_HUNDRED: dict[Kill, int] = {
    "pipeline killed": 40,
    "pipeline killed in Airflow": 10,
    "sandbox killed": 10,
    "PostgreSQL killed": 10,
}
"""The others are faults, each kind as often."""

LONGEST_DELAY_SECONDS = 0.5
_REQUESTS = (
    {"method": "POST", "path": "/usage$"},
    {"method": "POST"},
    {"method": "PATCH"},
    {},
)


@dataclass(frozen=True)
class Strike:
    """What happens to one run."""

    kill: Kill | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """What it counts as."""
        return (self.kill, *self.faults) if self.kill else self.faults


def plan(number: int, random: Random) -> list[Strike]:
    """So many kills and faults, in random order: half of the faults beside a kill of the pipeline, others in twos."""
    kills: list[Kill] = [
        kill for kill, share in _KILLS_IN_A_HUNDRED.items() for _ in range(round(share * number / 100))
    ]
    faults = [FAULTS[place % len(FAULTS)] for place in range(number - len(kills))]
    random.shuffle(faults)
    beside, alone = faults[::2], sorted(faults[1::2])
    half = -(-len(alone) // 2)  # half of them apart no two are of a kind, which would hit once and count once
    strikes = [Strike(faults=tuple(alone[place::half])) for place in range(half)]
    for kill in kills:
        strikes.append(Strike(kill, (beside.pop(),) if beside and kill == "pipeline killed" else ()))
    strikes += [Strike(faults=(fault,)) for fault in beside]
    random.shuffle(strikes)
    return strikes


def rule(fault: Fault, random: Random) -> dict[str, Any]:
    """The sandbox's rule for a fault (see `sandbox.faults`); a limit has none."""
    some = random.choice(_REQUESTS) | {"probability": random.choice((0.2, 0.5, 1)), "times": random.randint(1, 12)}
    # Not at once: the pace is learned from what was answered before.
    few = random.choice(_REQUESTS) | {"probability": 0.1, "times": 2}
    rules: dict[Fault, Callable[[], dict[str, Any]]] = {
        "answers lost after the write": lambda: some | {"drop": "after"},
        "requests lost before it": lambda: some | {"drop": "before"},
        "answers 500, 502, 503, 504": lambda: some | {"status": random.choice((500, 502, 503, 504))},
        "answers 408, 423, 425": lambda: some | {"status": random.choice((408, 423, 425))},
        "answers 429, Retry-After": lambda: few | {"status": 429, "retry_after": 1},
        "late answers": lambda: some | {"delay_ms": random.uniform(0.1, LONGEST_DELAY_SECONDS) * 1000},
    }
    return rules[fault]()


def limit(random: Random) -> float:
    """Requests a second that the sandbox lets in where it has a limit."""
    return random.uniform(80, 150)


def slow_down(random: Random) -> list[dict[str, Any]]:
    """Rules that make requests take a while, so that several are under way whenever something is killed."""
    return [{"delay_ms": random.uniform(2, 30)}] if random.random() < 0.5 else []
