"""What every stage works with: the run, the warehouse, the memory, the staged rows, and its own account."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from smrt_startdeliver.errors import OutOfTurnError, SmrtStartdeliverError
from smrt_startdeliver.plan.fates import Fates
from smrt_startdeliver.staging import Staging
from smrt_startdeliver.state.accounts import note_stage
from smrt_startdeliver.state.database import State
from smrt_startdeliver.state.runs import Run, read_run
from smrt_startdeliver.warehouse.catalog import Catalog
from smrt_startdeliver.warehouse.connecting import connect
from smrt_startdeliver.warehouse.engines.warehouse import Warehouse

log = logging.getLogger(__name__)


STAGES = ("open_run", "extract", "derive", "plan", "guard", "load_customers", "load_users", "load_events", "report")
"""The stages of a run, in their order."""


@dataclass(frozen=True)
class Ticket:
    """What tasks hand each other: which run it is and where its memory and its rows are. No person's data."""

    run: int
    state_schema: str
    buckets: int
    state_connection: str | None = None

    @property
    def staging(self) -> str:
        """The name below which the run's rows are staged."""
        return f"{self.state_schema}-{self.run}"


@dataclass
class Job:
    """One stage of one run at work.

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
    """A job for a stage; when the stage is done, its account is kept in the schema.

    Raises OutOfTurnError where the run lacks an earlier stage or is closed: a single task of it was started anew.
    """
    started = time.monotonic()
    with connect(ticket.state_connection) as connected:
        state = State(connected.memory, ticket.state_schema)
        _see_that_it_is_its_turn(state, ticket.run, stage)
        run = read_run(state, ticket.run)
        # An earlier try of `extract` may have chosen fewer: it chooses anew.
        chosen = None if stage == "extract" else run.buckets
        job = Job(stage, run, connected.warehouse, state, Staging(ticket.staging, chosen or ticket.buckets))
        with _failure_noted(state, ticket.run, stage):
            yield job
        note_stage(state, run.number, stage, job.fates, {**job.measures, "seconds": time.monotonic() - started})
        log.info("%s of run %s done in %.1f s", stage, run.number, time.monotonic() - started)


@contextmanager
def _failure_noted(state: State, run: int, stage: str) -> Iterator[None]:
    """What a stage fails with is kept with the run, if the warehouse still takes it."""
    try:
        yield
    except SmrtStartdeliverError as error:
        with suppress(SmrtStartdeliverError):
            state.write("note_failure", [{"run": run, "message": f"{stage}: {error}"}])
        raise


def _see_that_it_is_its_turn(state: State, run: int, stage: str) -> None:
    """A run whose middle is missing would find nothing staged, send nothing, and count its window as read."""
    done = {row["stage"] for row in state.rows("stages_done", run=run)}
    missing = [earlier for earlier in STAGES[: STAGES.index(stage)] if earlier not in done]
    if missing:
        raise OutOfTurnError(
            f"{stage} of run {run} cannot start without {missing[0]}: clear the whole DAG run, from open_run on"
        )
