"""What was loaded into the tables that calls are appended to: how many rows, and of whom since the run before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.last_visits import has_last_visits
from smrt_startdeliver.state.customers import Basis, loaded_since, nobodys_tables, note_loaded
from smrt_startdeliver.state.runs import UNOPENED
from smrt_startdeliver.vocabulary import EVENT_TABLES, GROUPS, IDENTIFIES
from smrt_startdeliver.warehouse.catalog import LOAD_TIMES
from smrt_startdeliver.warehouse.statements import hashed_loads, over_loads
from smrt_startdeliver.warehouse.stream import stream

_COUNTED: dict[str, Kind] = {"source_table": "text", "rows": "integer", "counted": "integer", "to_count": "integer"}


@dataclass(frozen=True)
class Loads:
    """What the tables of calls hold.

    rows: how many rows, by table. counted, to_count: those of them loaded before `Basis.counted_before`, and before the
    run's own window with its look-back. user_ids: of whom rows were loaded since the run before, or are not as it saw
    them, as far as the look-back goes; it means something only where customers are kept as of that run. of_nobody: the
    tables in which rows of nobody were loaded in the window.
    """

    rows: Mapping[str, int]
    counted: Mapping[str, int]
    to_count: Mapping[str, int]
    user_ids: pd.Series[str]
    of_nobody: frozenset[str]


def read_loads(job: Job, basis: Basis | None) -> Loads:
    """Look, before any row is read: what comes later is then found by the next run. Raises WarehouseError."""
    tables = list(_tables_of_calls(job))
    rows, counted, to_count = _counts(job, tables, basis)
    window = job.run.interval
    if basis is None or basis.window_end != window.start:  # there is nothing to compare with
        window = Interval(window.end, window.end)
    look_back = timedelta(hours=job.run.settings.lookback_hours)
    # A look at what a run would do leaves nothing behind, and takes nothing from one that is at work.
    with job.state.taken_back() if job.run.number == UNOPENED else job.state.transaction():
        note_loaded(job.state, hashed_loads(job.catalog, tables), window, look_back)
        return Loads(rows, counted, to_count, loaded_since(job.state), nobodys_tables(job.state))


def says_when_loaded(job: Job) -> bool:
    """Whether rows of `identifies` say when they were loaded, as those of all other tables do."""
    return not job.catalog.columns(IDENTIFIES).keys().isdisjoint(LOAD_TIMES)


def _tables_of_calls(job: Job) -> Iterator[str]:
    if has_last_visits(job) and says_when_loaded(job):
        yield IDENTIFIES
    for table in (GROUPS, *(table.table for table in EVENT_TABLES)):
        if table in job.catalog.tables:
            yield table


def _counts(job: Job, tables: list[str], basis: Basis | None) -> tuple[dict[str, int], ...]:
    """Rows, those counted, and those to count, each by table."""
    since = job.run.loaded.start
    moments = {"counted_before": basis.counted_before if basis else since, "count_before": since}
    chunks = stream(job.warehouse, over_loads("counted", job.catalog, tables), moments, _COUNTED) if tables else ()
    rows = [row for chunk in chunks for row in chunk.to_pylist()]
    return tuple({row["source_table"]: row[name] for row in rows} for name in ("rows", "counted", "to_count"))
