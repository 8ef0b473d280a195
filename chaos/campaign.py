"""Strike after strike, in episodes; then peace, and a comparison of what is there with what should be."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from random import Random

from chaos.peace import Peace
from chaos.pipeline import PERIOD, Left, Run, run_by_airflow, run_by_stages
from chaos.shop import go_on
from chaos.strikes import Strike
from chaos.striking import Outcome, strike_run
from chaos.tally import Tally
from chaos.world import OPENING, World

_STRIKES_AN_EPISODE = (2, 5)
_TASK_AGAIN, _NEXT_WINDOW = 0.4, 0.3
"""How often the task that broke is tried again, and how often the window has moved on before the run is made anew."""


class Campaign:
    """All that is done to one world, as drawn from a seed; `end` is the last run's, `say` is told of each strike."""

    def __init__(self, world: World, seed: int, say: Callable[[str], None]) -> None:
        self.tally = Tally()
        self.peace = Peace(world)
        self._world = world
        self._seed = seed
        self._say = say
        self._random = Random(seed)
        self.end = OPENING
        self._sent = False
        """Whether all is sent that a run with this end has to."""
        self._left: Left | None = None

    def go(self, strikes: Iterable[Strike], is_over: Callable[[], bool]) -> None:
        """Strike with all of it, or until the time is over. Raises Broken."""
        waiting = deque(strikes)
        self.peace.begin()
        while waiting and not is_over():
            for _ in range(self._random.randint(*_STRIKES_AN_EPISODE)):
                if waiting:
                    waiting.extend(self._strike(waiting.popleft()))
            if not self._sent:
                self._settle()
            self.peace.compare(self.end)

    def _strike(self, strike: Strike) -> list[Strike]:
        """Strike the next run; what has missed it, to be tried again."""
        if self._sent:
            go_on(self._world.warehouse, self._seed, self.end, self.end + PERIOD)
            self.end += PERIOD
            self._sent, self._left = False, None
        which, started = self._next_run(strike)
        outcome = strike_run(strike, started, self._world, self._random)
        self.tally.count(outcome)
        self._say(_sentence(outcome, which))
        self._left = outcome.left
        if outcome.succeeded:
            self._settle()
        return outcome.missed(strike)

    def _next_run(self, strike: Strike) -> tuple[str, AbstractContextManager[Run]]:
        """The task that broke again, or the whole run, or that of the next window: whatever Airflow would do next."""
        variables, logs = self._world.struck.variables, self._world.home.logs
        log = logs / f"struck-{self.tally.runs + 1:03d}.log"
        if strike.kill == "pipeline killed in Airflow":
            return "a run by Airflow", run_by_airflow(self._world.airflow, variables, self.end, log)
        if self._left is not None and self._random.random() < _TASK_AGAIN:
            again = run_by_stages(variables, self.end, log, left=self._left)
            return f"another try of {self._left.stage}", again
        if self._left is not None and self.end > OPENING and self._random.random() < _NEXT_WINDOW:
            self.end += PERIOD
        return "a run", run_by_stages(variables, self.end, log)

    def _settle(self) -> None:
        self.peace.settle(self.end)
        self._sent = True


def _sentence(outcome: Outcome, which: str) -> str:
    struck = ", ".join(outcome.hit.kinds) or "missed"
    where = f" ({outcome.stage})" if outcome.stage else ""
    became = "succeeded all the same" if outcome.succeeded else "broke"
    return f"{struck}{where}: {which} {became}"
