"""Runs that nothing is done to, and what must be true after them.

What should be there is what the reference sent: a pipeline that is left in peace, and makes one scheduled run for each
end at which the struck one has sent all. So the two agree, though what there is to be sent, and what traits say, is a
matter of a run's end:

- The warehouse changes only while nothing is left to be sent: all tries of a window speak of the same rows.
- The struck pipeline, too, makes a scheduled run that nothing is done to at each such end.
- A try that breaks may have had an earlier end. What it was to send is still to be sent by the next run: its window
  covers both, nobody came or changed in between, and the settings let no birthday grow stale meanwhile.
- Every window is swept, whatever kinds of runs there were before.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count

from chaos.check import Comparison, compare, content
from chaos.errors import Broken
from chaos.pipeline import run_by_stages
from chaos.striking import wait_for_end
from chaos.world import OPENING, Side, World


class Peace:
    """Looks after one world. `runs` counts; `comparisons` are the last ones made, by entity."""

    def __init__(self, world: World) -> None:
        self.runs = 0
        self.comparisons: dict[str, Comparison] = {}
        self._world = world
        self._numbers = count(1)

    def begin(self) -> None:
        """Let the reference make its first run. Raises Broken where it fails."""
        with self._run(self._world.reference, OPENING):
            pass

    def settle(self, end: datetime) -> None:
        """Let both pipelines send all that a run with this end has to. Raises Broken where one of them fails."""
        with self._run(self._world.struck, end), self._run(self._world.reference, end):
            pass

    def compare(self, end: datetime) -> None:
        """See that a further run has nothing to write, and that both stand-ins hold the same, once.

        Raises Broken with all that is not so.
        """
        sandbox = self._world.struck.sandbox
        sandbox.reset_requests()
        with self._run(self._world.struck, end):
            pass
        writes = sandbox.requests()["writes"]
        expected, found = content(self._world.reference.sandbox), content(sandbox)
        self.comparisons = {entity: compare(expected[entity], found[entity]) for entity in expected}
        findings = [f"{entity} {wrong}" for entity, one in self.comparisons.items() for wrong in one.findings()]
        if writes:
            findings.append(f"all was sent, but one more run with the end {end} made {writes} writes")
        if findings:
            raise Broken("\n".join(findings))

    @contextmanager
    def _run(self, side: Side, end: datetime) -> Iterator[None]:
        """A scheduled run, under way for the length of a block; it must succeed then."""
        log = self._world.home.logs / f"in-peace-{next(self._numbers):03d}-{side.memory}.log"
        with run_by_stages(side.variables, end, log) as run:
            yield
            if not wait_for_end(run):
                raise Broken(f"a run failed to which nothing was done: see {run.log}")
        self.runs += 1
