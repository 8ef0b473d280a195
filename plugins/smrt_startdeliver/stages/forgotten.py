"""Who asked to be forgotten: nothing of theirs is staged, and nothing that was staged before they asked is sent."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from smrt_startdeliver.mapping.document import Entity
from smrt_startdeliver.plan.fates import Fates
from smrt_startdeliver.plan.raw_events import entity_of
from smrt_startdeliver.stages.datasets import CUSTOMER_CANDIDATES
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.state.database import State
from smrt_startdeliver.vocabulary import EVENT_TABLES, GROUPS, USERS

_FORGOTTEN = {"user_id": "str"}
_EVENT_ENTITIES = {table.table: entity_of(table) for table in EVENT_TABLES}


def forgotten_ids(state: State) -> pd.Series[str]:
    """The user ids of all who asked."""
    return state.frame("forgotten", _FORGOTTEN)["user_id"]


def without_forgotten(job: Job, table: str, rows: pa.Table, forgotten: pd.Series[str]) -> pa.Table:
    """The rows of a table of the source (user_id, copies where they are counted) that are of nobody forgotten.

    The others are accounted for as far as the run accounts for the table.
    """
    theirs = pc.is_in(rows["user_id"], value_set=pa.array(forgotten, type=pa.string()))
    entity = _accounted_under(job, table)
    if entity:
        copies = pc.sum(rows.filter(theirs)["copies"]).as_py() or 0
        job.fates.add(entity, "extracted", copies)
        job.fates.add(entity, "skipped", copies, "forgotten")
    return rows.filter(pc.invert(theirs))


def forgotten_records(job: Job, entity: Entity) -> set[str]:
    """The keys of staged records that are of nobody else. Under the lock nobody is added to them."""
    forgotten = forgotten_ids(job.state)
    if entity == "user" or forgotten.empty:
        return set(forgotten)
    keys: set[str] = set()
    for bucket in range(job.staging.buckets):
        said = job.staging.read(CUSTOMER_CANDIDATES, bucket)
        if said is not None:
            theirs = said["user_id"].isin(forgotten)
            keys |= set(said.loc[theirs, "key"]) - set(said.loc[~theirs, "key"])
    return keys


def drop_forgotten(
    fates: Fates, rows: pd.DataFrame, owner: str, entities: pd.Series[str], forgotten: set[str]
) -> pd.DataFrame:
    """The staged rows whose column `owner` names nobody forgotten; the others have their fate noted."""
    theirs = rows[owner].isin(forgotten)
    fates.add_each(entities[theirs], "skipped", "forgotten")
    return rows[~theirs]


def _accounted_under(job: Job, table: str) -> str | None:
    """What the rows of a table are accounted under; None where this run does not account for them."""
    if table == USERS:
        return "users" if job.run.syncs_users else None
    if table == GROUPS:
        return "customers" if job.run.syncs_customers else None
    return _EVENT_ENTITIES.get(table) if "events" in job.run.entities else None
