"""A server with a limit and workers that send to it at a `Pace`'s moments, on a clock of their own: hours in a second.

`python -m tests.startdeliver.simulation` prints, scenario by scenario, which share of the limit is reached and which
share of the answers are 429.
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from smrt_startdeliver.startdeliver.leases import Leases, Moment
from smrt_startdeliver.startdeliver.shared import InProcess

RETRY_AFTER: dict[str, Callable[[float], float]] = {
    "whole": lambda seconds: max(1.0, math.ceil(seconds)),
    "exact": lambda seconds: seconds,
    "none": lambda _: 30.0,
}
"""What a 429 asks for, by how long there is no token: as the sandbox does, exactly, or what is taken for no answer."""


@dataclass(frozen=True)
class Scenario:
    """A limit and who sends. The server counts from a second on: 0 is with the cold start.

    `jitter`: up to so much longer is a request on its way. `changes`: from a second on, the limit is another.
    """

    rate: float
    burst: float
    retry_after: str = "whole"
    in_flight: int = 8
    latency: float = 0.1
    jitter: float = 0.0
    workers: int = 1
    hours: float = 1.0
    counted_from: float = 0.0
    changes: tuple[tuple[float, float], ...] = ()
    ceiling: float | None = None

    def allowed(self) -> float:
        """How many requests the server lets in at most, by its limit and by how many can be under way."""
        fastest = self.in_flight * self.workers / self.latency if self.latency else math.inf
        limits = [(0.0, self.rate), *self.changes, (self.hours * 3600, 0.0)]
        return sum(
            min(rate, fastest) * (end - max(start, self.counted_from))
            for (start, rate), (end, _) in pairwise(limits)
            if end > self.counted_from
        )


@dataclass
class Outcome:
    """`let_in` and `too_many` (429) count what was answered; `sent_at` has the moments of all requests."""

    scenario: Scenario
    let_in: int = 0
    too_many: int = 0
    sent_at: list[float] = field(default_factory=list)

    @property
    def share_of_limit(self) -> float:
        return self.let_in / self.scenario.allowed()

    @property
    def share_429(self) -> float:
        return self.too_many / (self.let_in + self.too_many)


class _Bucket:
    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst, self.tokens, self.at = rate, burst, burst, 0.0

    def admit(self, now: float) -> float | None:
        """None, or the seconds until there is a token."""
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1 - 1e-9:
            return (1 - self.tokens) / self.rate
        self.tokens -= 1
        return None


class _World:
    """What happens next, and when it is."""

    def __init__(self) -> None:
        self.now = 0.0
        self._order = itertools.count()
        self._coming: list[tuple[float, int, Callable[[], None]]] = []

    def at(self, time: float, happens: Callable[[], None]) -> None:
        heapq.heappush(self._coming, (max(time, self.now), next(self._order), happens))

    def run(self, until: float) -> None:
        while self._coming and self._coming[0][0] <= until:
            self.now, _, happens = heapq.heappop(self._coming)
            happens()


class _Worker:
    """Threads that send without end, each waiting for its answer; they take their moments one after the other."""

    def __init__(self, world: _World, server: _Bucket, scenario: Scenario, leases: Leases, outcome: Outcome) -> None:
        self.world, self.server, self.scenario, self.leases, self.outcome = world, server, scenario, leases, outcome
        self.free = scenario.in_flight
        self.waiting = False
        self.delay = random.Random(1)
        self.next_turn()

    def next_turn(self) -> None:
        if self.free and not self.waiting:
            self.waiting = True
            moment = self.leases.take()
            self.world.at(moment.at, lambda: self.go(moment))

    def go(self, moment: Moment) -> None:
        self.waiting = False
        if self.leases.stands(moment):
            self.free -= 1
            arrives = self.world.now + self.scenario.latency / 2 + self.delay.uniform(0, self.scenario.jitter)
            self.world.at(arrives, lambda: self.arrive(moment))
        self.next_turn()

    def arrive(self, moment: Moment) -> None:
        wait = self.server.admit(self.world.now)
        self.outcome.sent_at.append(self.world.now)
        self.world.at(self.world.now + self.scenario.latency / 2, lambda: self.answer(moment, wait))

    def answer(self, moment: Moment, wait: float | None) -> None:
        self.free += 1
        counts = self.world.now >= self.scenario.counted_from
        if wait is None:
            self.outcome.let_in += counts
        else:
            self.outcome.too_many += counts
            self.leases.refused(moment, RETRY_AFTER[self.scenario.retry_after](wait))
        self.next_turn()


def simulate(scenario: Scenario) -> Outcome:
    """All that happens in the scenario's hours, from a cold start."""
    world, outcome = _World(), Outcome(scenario)
    server = _Bucket(scenario.rate, scenario.burst)

    def clock() -> float:
        return world.now

    def change_to(rate: float) -> None:
        server.admit(world.now)
        server.rate = rate

    for at, rate in scenario.changes:
        world.at(at, lambda rate=rate: change_to(rate))
    shared = InProcess(clock)
    for _ in range(scenario.workers):
        _Worker(world, server, scenario, Leases(shared, scenario.ceiling, None, clock), outcome)
    world.run(scenario.hours * 3600)
    return outcome


def scenarios() -> Iterator[Scenario]:
    """Those that are printed: limits, bursts and ways to say Retry-After; then what else makes it hard."""
    hours = {0.5: 4.0, 2.0: 2.0, 10.0: 1.0, 50.0: 0.5, 200.0: 0.25}
    for retry_after, (rate, long) in itertools.product(RETRY_AFTER, hours.items()):
        for burst in sorted({1.0, max(1.0, rate), 10 * rate}):
            one = Scenario(rate, burst, retry_after, in_flight=16, latency=0.05, hours=long)
            if retry_after == "none":  # a cold start costs minutes there
                one = replace(one, hours=max(long, 1.5), counted_from=1800)
            yield one
    for in_flight, latency in ((1, 0.0), (1, 0.3), (4, 0.3), (16, 0.3)):
        yield Scenario(2, 2, in_flight=in_flight, latency=latency, hours=2)
        yield Scenario(10, 10, in_flight=in_flight, latency=latency)
    yield Scenario(10, 10, in_flight=16, jitter=0.3)
    yield Scenario(10, 10, workers=4)
    for rate, factor in itertools.product((0.5, 2, 10), (0.5, 2)):
        yield Scenario(rate, max(1, rate), hours=4, changes=((3600, rate * factor),))
        yield Scenario(rate, max(1, rate), "none", hours=8, counted_from=1800, changes=((7200, rate * factor),))


def main() -> None:
    print("   limit  burst  Retry-After in flight  latency  workers  hours  from  then   of the limit     429")  # noqa: T201
    for one in scenarios():
        outcome = simulate(one)
        then = f"{one.changes[0][1]:g}/s" if one.changes else ""
        print(  # noqa: T201
            f"{one.rate:>6g}/s {one.burst:>6g}  {one.retry_after:<11} {one.in_flight:>9}"
            f" {one.latency + one.jitter:>6g} s {one.workers:>8} {one.hours:>6g} {one.counted_from / 3600:>5g}"
            f"  {then:<5} {outcome.share_of_limit:>13.1%} {outcome.share_429:>7.2%}",
            flush=True,
        )


if __name__ == "__main__":
    main()
