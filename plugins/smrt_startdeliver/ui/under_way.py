"""How far a run is that goes on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import RowMapping

from smrt_startdeliver.stages.job import STAGES
from smrt_startdeliver.state.database import State


@dataclass(frozen=True)
class UnderWay:
    """A run that goes on: for how many seconds so far, the stage that it is in, and how far that is.

    `done` and `total` are None where the stage sends nothing; `seconds_left` where nobody can tell yet.
    """

    run: int
    seconds: float
    stage: str | None
    stages_done: int
    done: int | None
    total: int | None
    seconds_left: float | None

    @property
    def share(self) -> int:
        """What is done, in percent."""
        return 100 if not self.total else (self.done or 0) * 100 // self.total


def runs_under_way(memory: State) -> list[UnderWay]:
    """The runs that go on, the newest first."""
    return [_under_way(row) for row in memory.rows("ui/under_way")]


def _under_way(row: RowMapping) -> UnderWay:
    to_do = [stage for stage in STAGES if stage not in row["stages_done"]]
    stage = row["stage"] or (to_do[0] if to_do else None)
    seconds_left = None if row["stage"] is None else _seconds_left(row)
    return UnderWay(
        row["run"], float(row["seconds"]), stage, len(STAGES) - len(to_do), row["done"], row["total"], seconds_left
    )


def _seconds_left(row: RowMapping) -> float | None:
    """At the pace so far, less what has gone by since it was noted."""
    if not row["done"] or row["sending_seconds"] <= 0:
        return None
    pace = row["done"] / float(row["sending_seconds"])
    left = float((row["total"] - row["done"]) / pace - float(row["seconds_ago"]))
    return max(left, 0.0)
