"""Close a run, whatever became of it: what it did not get to is aborted, and what it staged is removed."""

from __future__ import annotations

import logging

from smrt_startdeliver.mapping.document import Entity
from smrt_startdeliver.plan.fates import Fates
from smrt_startdeliver.stages.datasets import DIFFERING, NAMES, OUTGOING_DERIVED, OUTGOING_RAW
from smrt_startdeliver.stages.job import Ticket, parts_left
from smrt_startdeliver.stages.vanished import account_for_vanished
from smrt_startdeliver.staging import Staging
from smrt_startdeliver.state.accounts import note_stage
from smrt_startdeliver.state.database import State
from smrt_startdeliver.state.runs import close_run
from smrt_startdeliver.warehouse.connecting import memory_engine

log = logging.getLogger(__name__)

_LOADS: dict[str, Entity | None] = {"load_customers": "customer", "load_users": "user", "load_events": None}
_NOT_SAID = "a task was ended before it could say why: see its log"
_OUTCOMES = {"key": "str", "fate": "str", "reason": "str"}


def close(ticket: Ticket) -> None:
    """Mark a run that is still open as failed, account for its rows, and remove what it staged."""
    engine = memory_engine(ticket.state_connection)
    try:
        state = State(engine, ticket.state_schema)
        buckets, partitions = _cut(state, ticket)
        left = parts_left(state, ticket.run, ("plan", *_LOADS))
        if ("plan", 0) not in left:
            for stage, part in left:
                staging = Staging(ticket.staging, buckets, part=part, parts=partitions)
                _account_for(state, staging, ticket.run, stage, part)
        close_run(state, ticket.run, "failed", _NOT_SAID)
        state.write("clear_progress", [{"run": ticket.run, "part": None}])  # of a worker that was killed
        Staging(ticket.staging, buckets).remove()
    finally:
        engine.dispose()


def _cut(state: State, ticket: Ticket) -> tuple[int, int]:
    """In so many buckets the run is staged, as `extract` may have chosen fewer than its ticket says; and its parts."""
    rows = state.rows("run", run=ticket.run)
    if not rows:
        return ticket.buckets, 1
    return int(rows[0]["buckets"] or ticket.buckets), rows[0]["settings"]["partitions"]


def _account_for(state: State, staging: Staging, run: int, stage: str, part: int) -> None:
    """The fates of the rows of what did not end of a stage, from the memory: it knows what each try of it did."""
    fates = Fates()
    entity = _LOADS[stage]
    if entity is not None:
        _account_for_records(state, staging, run, entity, fates)
        if stage == "load_users" and part == 0:
            account_for_vanished(state, staging, run, fates, unsettled="aborted")
    else:
        _account_for_events(state, staging, run, fates)
    aborted = sum(rows for (_, _, reason), rows in fates.counts.items() if reason == "aborted")
    log.info("%s of run %s: %s rows aborted, the next run sends them", stage, run, f"{aborted:,}")
    note_stage(state, run, stage, fates, {}, part)


def _account_for_records(state: State, staging: Staging, run: int, entity: Entity, fates: Fates) -> None:
    for bucket in staging.mine:
        for chunk in staging.chunks(DIFFERING[entity], bucket):
            became = state.frame_of_keys("outcomes", _OUTCOMES, chunk["key"], entity=entity, run=run)
            for fate, reason in zip(became["fate"], became["reason"], strict=True):
                fates.add(NAMES[entity], fate, reason=reason)
            fates.add(NAMES[entity], "skipped", len(chunk) - len(became), "aborted")


def _account_for_events(state: State, staging: Staging, run: int, fates: Fates) -> None:
    for dataset in (OUTGOING_DERIVED, OUTGOING_RAW):
        for bucket in staging.mine:
            for chunk in staging.chunks(dataset, bucket):
                became = state.frame_of_keys("event_outcomes", _OUTCOMES, chunk["id"], run=run)
                entities = chunk.set_index("id")["entity"]
                for key, fate, reason in became.itertuples(index=False):
                    fates.add(entities[key], fate, reason=reason)
                aborted = chunk.loc[~chunk["id"].isin(became["key"]), "entity"]
                fates.add_each(aborted, "skipped", "aborted")
