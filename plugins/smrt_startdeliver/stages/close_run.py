"""Close a run, whatever became of it: what it did not get to is aborted, and what it staged is removed."""

from __future__ import annotations

import logging

from smrt_startdeliver.mapping.document import Entity
from smrt_startdeliver.plan.fates import Fates
from smrt_startdeliver.stages.datasets import DIFFERING, NAMES, OUTGOING_DERIVED, OUTGOING_RAW
from smrt_startdeliver.stages.job import Ticket
from smrt_startdeliver.stages.vanished import account_for_vanished
from smrt_startdeliver.staging import Staging
from smrt_startdeliver.state.accounts import note_stage
from smrt_startdeliver.state.database import State
from smrt_startdeliver.state.runs import close_run
from smrt_startdeliver.warehouse.connecting import memory_engine

log = logging.getLogger(__name__)

_LOADS: dict[str, Entity] = {"load_customers": "customer", "load_users": "user"}
_NOT_SAID = "a task was ended before it could say why: see its log"
_OUTCOMES = {"key": "str", "fate": "str", "reason": "str"}


def close(ticket: Ticket) -> None:
    """Mark a run that is still open as failed, account for its rows, and remove what it staged."""
    engine = memory_engine(ticket.state_connection)
    try:
        state = State(engine, ticket.state_schema)
        staging = Staging(ticket.staging, _buckets(state, ticket))
        done = {row["stage"] for row in state.rows("stages_done", run=ticket.run)}
        if "plan" in done:
            for stage in ("load_customers", "load_users", "load_events"):
                if stage not in done:
                    _account_for(state, staging, ticket.run, stage)
        close_run(state, ticket.run, "failed", _NOT_SAID)
        state.write("clear_progress", [{"run": ticket.run}])  # of a worker that was killed
        staging.remove()
    finally:
        engine.dispose()


def _buckets(state: State, ticket: Ticket) -> int:
    """In so many buckets the run is staged: `extract` may have chosen fewer than its ticket says."""
    rows = state.rows("run", run=ticket.run)
    return int(rows[0]["buckets"] or ticket.buckets) if rows else ticket.buckets


def _account_for(state: State, staging: Staging, run: int, stage: str) -> None:
    """The fates of the rows of a stage that did not end, from the memory: it knows what each try of it did."""
    fates = Fates()
    if stage in _LOADS:
        _account_for_records(state, staging, run, _LOADS[stage], fates)
        if stage == "load_users":
            account_for_vanished(state, staging, run, fates, unsettled="aborted")
    else:
        _account_for_events(state, staging, run, fates)
    aborted = sum(rows for (_, _, reason), rows in fates.counts.items() if reason == "aborted")
    log.info("%s of run %s: %s rows aborted, the next run sends them", stage, run, f"{aborted:,}")
    note_stage(state, run, stage, fates, {})


def _account_for_records(state: State, staging: Staging, run: int, entity: Entity, fates: Fates) -> None:
    for bucket in range(staging.buckets):
        for chunk in staging.chunks(DIFFERING[entity], bucket):
            became = state.frame_of_keys("outcomes", _OUTCOMES, chunk["key"], entity=entity, run=run)
            for fate, reason in zip(became["fate"], became["reason"], strict=True):
                fates.add(NAMES[entity], fate, reason=reason)
            fates.add(NAMES[entity], "skipped", len(chunk) - len(became), "aborted")


def _account_for_events(state: State, staging: Staging, run: int, fates: Fates) -> None:
    for dataset in (OUTGOING_DERIVED, OUTGOING_RAW):
        for bucket in range(staging.buckets):
            for chunk in staging.chunks(dataset, bucket):
                became = state.frame_of_keys("event_outcomes", _OUTCOMES, chunk["id"], run=run)
                entities = chunk.set_index("id")["entity"]
                for key, fate, reason in became.itertuples(index=False):
                    fates.add(entities[key], fate, reason=reason)
                aborted = chunk.loc[~chunk["id"].isin(became["key"]), "entity"]
                fates.add_each(aborted, "skipped", "aborted")
