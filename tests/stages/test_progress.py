"""What says how far a stage is: its lines in the log, and its row in the memory."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
import sqlalchemy as sa

from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.progress import Progress
from smrt_startdeliver.state.database import State

RUN = 7


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Notes:
    """A memory that says what is written to it."""

    def __init__(self) -> None:
        self.done: list[int] = []

    def write(self, name: str, rows: list[dict[str, Any]]) -> None:
        self.done += [row["done"] for row in rows if name == "note_progress"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def notes() -> Notes:
    return Notes()


def job_with(state: object) -> Job:
    return cast("Job", SimpleNamespace(run=SimpleNamespace(number=RUN), part=None, stage="load_users", state=state))


def fated(*fates: str | None) -> list[Any]:
    return [SimpleNamespace(fate=fate) for fate in fates]


def test_a_line_says_how_many_of_how_many_how_fast_and_how_long_it_will_take(clock: Clock, notes: Notes) -> None:
    progress = Progress(job_with(notes), "users", 20_000, clock=clock)
    clock.now = 120.0
    progress.add(1_200)
    assert progress.line() == "users: 1,200 of 20,000 (6 %), 10.0 a second, 31 min left"


def test_the_end_needs_no_estimate(clock: Clock, notes: Notes) -> None:
    progress = Progress(job_with(notes), "users", 10, clock=clock)
    clock.now = 2.0
    progress.add(10)
    assert progress.line() == "users: 10 of 10 (100 %), 5.0 a second"


def test_lines_come_every_ten_seconds_and_at_the_end(
    clock: Clock, notes: Notes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="smrt_startdeliver")
    progress = Progress(job_with(notes), "events", 100, clock=clock)
    for _ in range(100):
        clock.now += 0.5
        progress.add(1)
    assert len(caplog.records) == 5


def test_nothing_to_do_is_no_line(clock: Clock, notes: Notes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="smrt_startdeliver")
    Progress(job_with(notes), "events", 0, clock=clock).add(0)
    assert caplog.records == []


def test_the_memory_is_told_at_the_start_and_then_every_five_seconds(clock: Clock, notes: Notes) -> None:
    with Progress(job_with(notes), "events", 100, clock=clock) as progress:
        for _ in range(40):
            clock.now += 0.5
            progress.add(1)
    assert notes.done == [0, 10, 20, 30, 40]


def test_what_has_its_fate_of_the_batches_under_way_is_done(clock: Clock, notes: Notes) -> None:
    checked: list[float] = []
    with Progress(job_with(notes), "users", 500, clock=clock) as progress:
        progress.add(100)
        each_second = progress.noting(lambda: checked.append(clock.now))
        batches = progress.watched([fated("created", None, "updated", "rejected", None), fated("created", None)])
        next(batches)
        for clock.now in (1.0, 6.0):
            each_second()
        next(batches)
        clock.now = 12.0
        each_second()
        progress.add(5)
        progress.pass_over(2)
        clock.now = 18.0
        each_second()
    assert checked == [1.0, 6.0, 12.0, 18.0]
    assert notes.done == [0, 103, 104, 108]


@pytest.fixture
def state(database: str) -> Iterator[State]:
    engine = sa.create_engine(database.replace("postgresql:", "postgresql+psycopg:"))
    state = State(engine, "memory")
    state.create()
    yield state
    engine.dispose()


def kept(state: State) -> list[tuple[Any, ...]]:
    with state.transaction() as connection:
        statement = (
            "select run, stage, done, total, round(extract(epoch from changed_at - began_at)) from memory.progress"
        )
        return [tuple(row) for row in connection.execute(sa.text(statement))]


def test_the_row_says_which_stage_of_which_run_and_since_when_and_goes_at_its_end(clock: Clock, state: State) -> None:
    with Progress(job_with(state), "users", 500, clock=clock) as progress:
        assert kept(state) == [(RUN, "load_users", 0, 500, 0)]
        clock.now = 60.0
        progress.expect(20)
        progress.add(300)
        assert kept(state) == [(RUN, "load_users", 300, 520, 60)]
    assert kept(state) == []


def test_the_row_goes_where_the_stage_fails_too_with_what_it_failed_with(clock: Clock, state: State) -> None:
    with pytest.raises(ValueError, match="as it was"), Progress(job_with(state), "users", 500, clock=clock):
        raise ValueError("as it was")
    assert kept(state) == []


def test_a_memory_that_is_gone_hides_no_failure(clock: Clock, notes: Notes) -> None:
    def is_gone(name: str, _: object) -> None:
        if name == "clear_progress":
            raise WarehouseError("the warehouse is gone")

    progress = Progress(job_with(SimpleNamespace(write=is_gone)), "users", 500, clock=clock)
    with pytest.raises(ValueError, match="as it was"), progress:
        raise ValueError("as it was")
