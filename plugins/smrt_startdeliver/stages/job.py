"""What every stage works with: the run, the warehouse, the memory, the staged rows, and its own account."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field

from smrt_startdeliver.errors import OutOfTurnError, SmrtStartdeliverError
from smrt_startdeliver.plan.fates import Fates
from smrt_startdeliver.staging import Staging
from smrt_startdeliver.state.accounts import note_stage
from smrt_startdeliver.state.database import State
from smrt_startdeliver.state.lock import Lock
from smrt_startdeliver.state.runs import Run, read_run
from smrt_startdeliver.warehouse.catalog import Catalog
from smrt_startdeliver.warehouse.connecting import connect
from smrt_startdeliver.warehouse.engines.warehouse import Warehouse

log = logging.getLogger(__name__)


STAGES = ("open_run", "extract", "derive", "plan", "guard", "load_customers", "load_users", "load_events", "report")
"""The stages of a run, in their order."""

IN_PARTS = ("derive", "load_customers", "load_users", "load_events")
"""Those that are done for each of the run's `partitions` by a task of its own, side by side."""


@dataclass(frozen=True)
class Ticket:
    """What tasks hand each other: which run it is and where its memory and its rows are. No person's data.

    `state_connection`: where its memory is, if not in the warehouse. `part`: the part of the customers that a task
    works on; None: on all of them.
    """

    run: int
    state_schema: str
    buckets: int
    state_connection: str | None = None
    part: int | None = None

    @property
    def staging(self) -> str:
        """The name below which the run's rows are staged."""
        return f"{self.state_schema}-{self.run}"


@dataclass
class Job:
    """One stage of one run at work, or one part of it.

    `part`: which of the run's `partitions`; None: everybody.
    `only`: the user ids of whom alone rows are read, for a look at them; None: everybody's, as each run does.
    """

    stage: str
    run: Run
    warehouse: Warehouse
    state: State
    staging: Staging
    fates: Fates = field(default_factory=Fates)
    measures: dict[str, float] = field(default_factory=dict)
    only: tuple[str, ...] | None = None
    part: int | None = None

    @property
    def is_first_part(self) -> bool:
        """Whether this one does what is not to be done in parts."""
        return self.part in (None, 0)

    @property
    def max_in_flight(self) -> int:
        """How many requests may be under way at once: a part's share of what the run may have, but one at least."""
        settings = self.run.settings
        return settings.max_in_flight if self.part is None else max(1, settings.max_in_flight // settings.partitions)

    def right_to_write(self) -> AbstractContextManager[Lock]:
        """The right to write to Startdeliver, held side by side with the other parts of this very stage."""
        return self.state.lock(f"{self.run.number}:{self.stage}", self.part or 0)

    @property
    def measured(self) -> dict[str, float]:
        """What the run counted so far, by name: its earlier stages, and this one."""
        earlier = {row["name"]: row["value"] for row in self.state.rows("measures", run=self.run.number)}
        return earlier | self.measures

    @property
    def catalog(self) -> Catalog:
        """What the warehouse held when the run was opened. Raises OutOfTurnError where nothing was noted of it."""
        if not self.run.catalog.tables:  # it would read nothing, and count its window as read
            raise OutOfTurnError(
                f"run {self.run.number} was opened by an earlier version: clear the whole DAG run, from open_run on"
            )
        return self.run.catalog


@contextmanager
def at_work(ticket: Ticket, stage: str) -> Iterator[Job]:
    """A job for a stage or its part; when that is done, its account is kept in the schema.

    Raises OutOfTurnError where the run lacks an earlier stage or is closed: a single task of it was started anew.
    """
    started = time.monotonic()
    with connect(ticket.state_connection) as connected:
        state = State(connected.memory, ticket.state_schema)
        _see_that_it_is_its_turn(state, ticket.run, stage)
        run = read_run(state, ticket.run)
        # An earlier try of `extract` may have chosen fewer: it chooses anew.
        chosen = None if stage == "extract" else run.buckets
        parts = 1 if ticket.part is None else run.settings.partitions
        staging = Staging(ticket.staging, chosen or ticket.buckets, part=ticket.part or 0, parts=parts)
        job = Job(stage, run, connected.warehouse, state, staging, part=ticket.part)
        with _failure_noted(state, ticket.run, stage):
            yield job
        seconds = time.monotonic() - started
        note_stage(state, run.number, stage, job.fates, {**job.measures, "seconds": seconds}, ticket.part or 0)
        log.info("%s of run %s done in %.1f s", stage, run.number, seconds)


@contextmanager
def _failure_noted(state: State, run: int, stage: str) -> Iterator[None]:
    """What a stage fails with is kept with the run, if the warehouse still takes it."""
    try:
        yield
    except SmrtStartdeliverError as error:
        with suppress(SmrtStartdeliverError):
            state.write("note_failure", [{"run": run, "message": f"{stage}: {error}"}])
        raise


def parts_left(state: State, run: int, stages: Sequence[str]) -> list[tuple[str, int]]:
    """What of these stages is not done: each with the number of its part, 0 where it has none."""
    rows = state.rows("stages_done", run=run)
    partitions = rows[0]["partitions"] if rows else 1
    done = {(row["stage"], row["part"]) for row in rows}
    parts = [(stage, part) for stage in stages for part in range(partitions if stage in IN_PARTS else 1)]
    return [one for one in parts if one not in done]


def _see_that_it_is_its_turn(state: State, run: int, stage: str) -> None:
    """A run whose middle is missing would find nothing staged, send nothing, and count its window as read."""
    missing = parts_left(state, run, STAGES[: STAGES.index(stage)])
    if missing:
        raise OutOfTurnError(
            f"{stage} of run {run} cannot start without {missing[0][0]}: clear the whole DAG run, from open_run on"
        )
