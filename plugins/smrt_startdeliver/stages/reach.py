"""How far a run reaches: to everybody, or only to those customers who may have moved since the run before.

A customer's events, traits and audiences are a function of what the source says of them and of the clock. So they need
to be looked at again where rows of theirs were loaded, where their row in `users` is not as it was (the warehouse
compares hashes, nothing is read), where a moment has come at which the clock alone changes something, and where
something was left to do. All others are as the last run left them.

Where that cannot be told, everybody is looked at; and once in `sweep_hours` anyway, which proves what was kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

import pandas as pd

from smrt_startdeliver import __version__
from smrt_startdeliver.derive.days import day_of_instant
from smrt_startdeliver.derive.demographic import window_end
from smrt_startdeliver.engage.due import asks_for_days
from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.stages.columns import traits
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.last_visits import COLUMN as LAST_VISIT
from smrt_startdeliver.state.customers import Basis, changed_since, kept_totals, read_basis, unsettled
from smrt_startdeliver.state.runs import Run
from smrt_startdeliver.vocabulary import DERIVED_TRAITS, EVENT_TABLES, GROUPS, IDENTIFIES, USERS
from smrt_startdeliver.warehouse.catalog import LOAD_TIMES
from smrt_startdeliver.warehouse.statements import hashed_users, over_loads
from smrt_startdeliver.warehouse.stream import stream

MOVED_AT_MOST = 0.1
"""Where a larger share of the customers may have moved, everybody is looked at: it is as quick, and guards see more."""

_NEVER = datetime(9999, 12, 30, tzinfo=UTC)
_LOADED: dict[str, Kind] = {"user_id": "text", "rows": "integer", "counted": "integer", "to_count": "integer"}


@dataclass(frozen=True)
class Reach:
    """Whom a run looks at.

    moved: the user ids of those who may have moved; None where what is kept does not tell. because: why everybody is
    looked at; None where only those are. rows: how many rows each table of calls has.
    """

    moved: pd.Series[str] | None
    because: str | None
    rows: dict[str, int]


@dataclass(frozen=True)
class _Loaded:
    """A table of calls: whose rows were loaded since the last run began to read, and how many rows there are.

    counted, to_count: those loaded before `Basis.counted_before`, and before the run's own window with its look-back.
    """

    user_ids: pd.Series[str]
    rows: int
    counted: int
    to_count: int


def reach_of(job: Job) -> Reach:
    """Whom the run looks at; notes what the next one is to compare with. Raises WarehouseError."""
    if not job.run.keeps_customers:
        return Reach(None, "it is no regular run", {})
    if job.run.settings.state_connection is not None:  # the warehouse cannot compare its rows with what is kept
        return Reach(None, "the memory is not in the warehouse (state_connection)", {})
    basis = read_basis(job.state)
    if basis is not None and basis.configuration != configuration(job.run):
        basis = None
    loaded = {table: _loaded(job, table, basis) for table in _tables_of_calls(job)}
    job.measures.update({f"counted {table}": one.to_count for table, one in loaded.items()})
    rows = {table: one.rows for table, one in loaded.items()}
    why_unknown = _why_unknown(job, basis, loaded)
    if why_unknown is not None:
        return Reach(None, why_unknown, rows)
    moved = _moved(job, loaded)
    return Reach(moved, _why_everybody(job, len(moved)), rows)


def configuration(run: Run) -> str:
    """A fingerprint of all that customers are computed by beside the source and the clock."""
    parts = [
        __version__,
        run.settings.model_dump_json(),
        run.document.model_dump_json(),
        json.dumps(run.declared.to_json(), sort_keys=True),
        json.dumps({table: [*columns.items()] for table, columns in run.catalog.tables.items()}, sort_keys=True),
    ]
    return blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()


def _why_unknown(job: Job, basis: Basis | None, loaded: dict[str, _Loaded]) -> str | None:
    """Why what is kept does not tell who may have moved; None where it does."""
    if basis is None:
        return "nothing is kept of an earlier run of this configuration"
    run, settings, end = job.run, job.run.settings, job.run.interval.end
    changed = [table for table, one in loaded.items() if one.counted != basis.counted.get(table)]
    reasons = {
        "the run before was another one than what is kept is of": (
            job.state.rows("customers/run_before", run=run.number)[0]["run"] != basis.run
            or basis.window_end != run.interval.start
        ),
        "a customer's key is derived": _key_is_derived(run),
        f"{IDENTIFIES} does not say when rows were loaded": IDENTIFIES not in loaded and _has_last_visits(job),
        "ranks are counted anew (demographic_refresh)": (
            window_end(end, settings) != window_end(basis.window_end, settings)
        ),
        "declarations compare with today, and it is another day": asks_for_days(run.declared)
        and day_of_instant(end, settings.zone) != day_of_instant(basis.window_end, settings.zone),
        f"rows of an earlier time came or went in {', '.join(changed)}": bool(changed),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _why_everybody(job: Job, moved: int) -> str | None:
    """Why everybody is looked at though it is known who may have moved: that proves what was kept of the others."""
    if job.run.sweep:
        return "it compares all loaded rows with the memory (sweep_hours)"
    if job.run.full_resync or job.run.force:
        return "it was asked to (full_resync, force)"
    known = sum(kept_totals(job.state).values())
    return f"{moved:,} of {known:,} customers may have moved" if moved > MOVED_AT_MOST * known else None


def _key_is_derived(run: Run) -> bool:
    match = run.document.customer_match
    names = {*DERIVED_TRAITS, *(one.key for one in run.declared)}
    return match is not None and not names.isdisjoint(match.path.names)


def _has_last_visits(job: Job) -> bool:
    return LAST_VISIT in job.catalog.columns(IDENTIFIES)


def _tables_of_calls(job: Job) -> Iterator[str]:
    """The tables that calls are appended to; those of `identifies` only say something of last visits."""
    if _has_last_visits(job) and not job.catalog.columns(IDENTIFIES).keys().isdisjoint(LOAD_TIMES):
        yield IDENTIFIES
    for table in (GROUPS, *(table.table for table in EVENT_TABLES)):
        if table in job.catalog.tables:
            yield table


def _loaded(job: Job, table: str, basis: Basis | None) -> _Loaded:
    since = job.run.loaded.start
    parameters = {
        "moved_since": since if basis else _NEVER,  # it is not asked who: everybody is looked at
        "counted_before": basis.counted_before if basis else since,
        "count_before": since,
    }
    chunks = list(stream(job.warehouse, over_loads("loaded", job.catalog, table), parameters, _LOADED))
    frame = pd.concat([chunk.to_pandas() for chunk in chunks]) if chunks else pd.DataFrame(columns=list(_LOADED))
    totals = {name: int(frame[name].sum()) for name in ("rows", "counted", "to_count")}
    return _Loaded(frame["user_id"].dropna().astype("str"), **totals)


def _moved(job: Job, loaded: dict[str, _Loaded]) -> pd.Series[str]:
    """Who may have moved: whose rows say so, and who is due."""
    found = [one.user_ids for one in loaded.values()]
    found.append(unsettled(job.state, job.run.interval.end))
    found.append(changed_since(job.state, hashed_users(job.catalog, traits(job.catalog.columns(USERS)))))
    return pd.concat(found).drop_duplicates().reset_index(drop=True)
