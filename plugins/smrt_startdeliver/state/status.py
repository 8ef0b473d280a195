"""How the pipeline fares, as the memory knows it: runs, what is open, how fast it goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smrt_startdeliver.settings import Settings
from smrt_startdeliver.startdeliver.limit import found_rate
from smrt_startdeliver.state.database import State
from smrt_startdeliver.state.pace import WarehousePace

Row = dict[str, Any]


@dataclass(frozen=True)
class LastRegular:
    """The last regular run that ended: it covered everything up to its time, so that the next one goes on from there.

    `state`: success or failed. `succeeded_at`: when the last one that succeeded ended, `age_seconds` ago.
    """

    run: int
    state: str
    message: str | None
    succeeded_at: datetime | None
    age_seconds: float | None


@dataclass(frozen=True)
class Doing:
    """How many of how many rows of a run are sent; `what`: customers, users or events."""

    what: str
    done: int
    to_send: int


@dataclass(frozen=True)
class Running:
    """A run that is under way. `done`: its stages that have ended; `progress`: once it has planned what to send."""

    run: int
    kind: str
    dry_run: bool
    started_at: datetime
    seconds: float
    done: list[str]
    progress: list[Doing]


@dataclass(frozen=True)
class Speed:
    """The pace last found (None: nothing was sent so far), and the requests of this UTC day; None: no quota is set."""

    a_second: float | None
    requests_today: int
    daily_quota: int | None


@dataclass(frozen=True)
class Lock:
    """Whether a task has the right to write to Startdeliver now, and how many others wait for it."""

    held: bool
    waiting: int


@dataclass(frozen=True)
class Status:
    """All of it; the columns of rows are those of `sql/state/status/`."""

    last_regular: LastRegular | None
    runs: list[Row]
    running: list[Running]
    open_events: Row
    records: list[Row]
    audiences: list[Row]
    pace: Speed
    lock: Lock


def read_status(state: State, settings: Settings, shown: int) -> Status:
    """The status now, with the last `shown` runs."""
    last = state.rows("status/last_regular")
    shared = WarehousePace(state).known()
    return Status(
        last_regular=LastRegular(**last[0]) if last else None,
        runs=_rows(state, "runs", shown=shown),
        running=[_running(state, row) for row in _rows(state, "running")],
        open_events=_rows(state, "events")[0],
        records=_rows(state, "records"),
        audiences=_rows(state, "audiences"),
        pace=Speed(found_rate(shared.limit, settings.requests_per_second), shared.requests, settings.daily_quota),
        lock=Lock(**state.lock_state()),
    )


def why_unhealthy(last: LastRegular | None, max_age_hours: float | None) -> str | None:
    """What is wrong, in a sentence: no regular run has ended, the last one failed, or the last success is too old."""
    if last is None:
        return "no regular run has ended yet"
    if last.state != "success":
        return f"the last regular run, {last.run}, failed: {last.message}"
    if max_age_hours is not None and (last.age_seconds or 0) > max_age_hours * 3600:
        return f"the last success is older than {max_age_hours:g} hours"
    return None


def _running(state: State, row: Row) -> Running:
    """A stage that has ended has nothing left to do, whatever it made of its rows."""
    ended = {stage.removeprefix("load_") for stage in row["done"]}
    progress = [
        Doing(one["what"], one["to_send"] if one["what"] in ended else min(one["done"], one["to_send"]), one["to_send"])
        for one in state.rows("status/progress", run=row["run"])
    ]
    return Running(**row, progress=progress)


def _rows(state: State, name: str, **parameters: Any) -> list[Row]:
    return [dict(row) for row in state.rows(f"status/{name}", **parameters)]
