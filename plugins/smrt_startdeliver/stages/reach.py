"""How far a run reaches: to everybody, or only to those customers who may have moved since the run before.

A customer's events, traits and audiences are a function of what the source says of them and of the clock. So they need
to be looked at again where rows of theirs were loaded, where those that were loaded lately or their row in `users` are
not as they were (the warehouse compares hashes, nothing is read), where a moment has come at which the clock alone
changes something, and where something was left to do. All others are as the last run left them.

Where that cannot be told, everybody is looked at; and once in `sweep_hours` anyway, which proves what was kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

import pandas as pd

from smrt_startdeliver import __version__
from smrt_startdeliver.derive.days import day_of_instant
from smrt_startdeliver.derive.demographic import window_end
from smrt_startdeliver.engage.due import asks_for_days
from smrt_startdeliver.stages.columns import traits
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.last_visits import has_last_visits
from smrt_startdeliver.stages.loads import Loads, read_loads, says_when_loaded
from smrt_startdeliver.state.customers import Basis, changed_since, kept_totals, read_basis, unsettled
from smrt_startdeliver.state.runs import Run
from smrt_startdeliver.vocabulary import DERIVED_TRAITS, IDENTIFIES, USERS
from smrt_startdeliver.warehouse.statements import hashed_users

MOVED_AT_MOST = 0.1
"""Where a larger share of the customers may have moved, everybody is looked at: it is as quick, and guards see more."""


@dataclass(frozen=True)
class Reach:
    """Whom a run looks at.

    moved: the user ids of those who may have moved; None where what is kept does not tell. because: why everybody is
    looked at; None where only those are. rows: how many rows each table of calls has; of_nobody: the tables of which
    rows of nobody are to be read.
    """

    moved: pd.Series[str] | None
    because: str | None
    rows: Mapping[str, int]
    of_nobody: frozenset[str]


def reach_of(job: Job) -> Reach:
    """Whom the run looks at; notes what the next one is to compare with. Raises WarehouseError."""
    if not job.run.keeps_customers:
        return Reach(None, "it is no regular run", {}, frozenset())
    if job.run.settings.state_connection is not None:  # the warehouse cannot compare its rows with what is kept
        return Reach(None, "the memory is not in the warehouse (state_connection)", {}, frozenset())
    basis = read_basis(job.state)
    if basis is not None and basis.configuration != configuration(job.run):
        basis = None
    loads = read_loads(job, basis)
    job.measures.update({f"counted {table}": count for table, count in loads.to_count.items()})
    why_unknown = _why_unknown(job, basis, loads)
    if why_unknown is not None:
        return Reach(None, why_unknown, loads.rows, loads.of_nobody)
    moved = _moved(job, loads)
    return Reach(moved, _why_everybody(job, len(moved)), loads.rows, loads.of_nobody)


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


def _why_unknown(job: Job, basis: Basis | None, loads: Loads) -> str | None:
    """Why what is kept does not tell who may have moved; None where it does."""
    if basis is None:
        return "nothing is kept of an earlier run of this configuration"
    run, settings, end = job.run, job.run.settings, job.run.interval.end
    changed = [table for table, count in loads.counted.items() if count != basis.counted.get(table)]
    reasons = {
        "the run before was another one than what is kept is of": (
            job.state.rows("customers/run_before", run=run.number)[0]["run"] != basis.run
            or basis.window_end != run.interval.start
        ),
        "a customer's key is derived": _key_is_derived(run),
        f"{IDENTIFIES} does not say when rows were loaded": has_last_visits(job) and not says_when_loaded(job),
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


def _moved(job: Job, loads: Loads) -> pd.Series[str]:
    """Who may have moved: whose rows say so, and who is due."""
    changed = changed_since(job.state, hashed_users(job.catalog, traits(job.catalog.columns(USERS))))
    found = [loads.user_ids, unsettled(job.state, job.run.interval.end), changed]
    return pd.concat(found).drop_duplicates().reset_index(drop=True)
