"""Who vanished: customers and users that are tied to Startdeliver and that no row of the source names any more."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pandas as pd

from smrt_startdeliver.mapping.document import Entity
from smrt_startdeliver.plan.fates import Fates
from smrt_startdeliver.plan.vanished import Hashes, actions, is_among, key_hashes, sorted_hashes
from smrt_startdeliver.stages.accounts_moved import staged_accounts
from smrt_startdeliver.stages.compare import is_synced
from smrt_startdeliver.stages.datasets import FORMER_KEYS, NAMES, REJECTED_CANDIDATES, VANISHED, WANTED
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.moved import staged_moved
from smrt_startdeliver.stages.reading import dataset
from smrt_startdeliver.stages.sources import gone_sources
from smrt_startdeliver.stages.users_at_path import AT_PATH
from smrt_startdeliver.staging import Staging, bucket_of
from smrt_startdeliver.state.database import State
from smrt_startdeliver.vocabulary import EVENT_TABLES, USERS

log = logging.getLogger(__name__)

NO_FINGERPRINT = 0
"""What was refused of one that vanished is no value of its own."""

_PAGE = 50_000
_TIED = {"key": "str", "created_here": "bool"}
_LINKS = {"key": "str", "customer_key": "str"}
_REFUSALS = {"key": "str", "fingerprint": "int64", "parked": "bool"}
_LEFT = {"key": "str", "vanished": "bool"}
_OUTCOMES = {"key": "str", "fate": "str", "reason": "str"}


def find_vanished(job: Job) -> None:
    """Stage `vanished/<entity>`: who vanished since the last regular run, and what is to be done about it.

    Unknown is not vanished: only a regular run that reads everything looks, and where a table or column is gone that
    an earlier run could read, nobody of whom it may have told vanishes.
    """
    for entity in ("user", "customer"):
        if not (job.run.watermark and is_synced(job, entity)):
            continue
        gone = gone_sources(job, entity)
        if gone:
            log.warning("who vanished among %s is not known: the warehouse lacks %s", NAMES[entity], ", ".join(gone))
        else:
            _find(job, entity)


def account_for_vanished(state: State, staging: Staging, run: int, fates: Fates, *, unsettled: str) -> None:
    """The fates of all that vanished, from the memory: it knows what each try did. `unsettled`: why others wait."""
    for entity in ("user", "customer"):
        for bucket in range(staging.buckets):
            for chunk in staging.chunks(VANISHED[entity], bucket):
                _account(state, run, entity, chunk, fates, unsettled)


def _find(job: Job, entity: Entity) -> None:
    name, writer = NAMES[entity], job.staging.writer(VANISHED[entity])
    found = 0
    acted_on = 0
    for tied in _missing(job, entity):
        rows = tied.assign(action=actions(tied["created_here"], entity, job.run.settings.on_vanish))
        parked = _parked(job, entity, rows)
        job.fates.add(f"vanished {name}", "extracted", len(rows))
        job.fates.add(f"vanished {name}", "skipped", int(parked.sum()), "parked")
        rows = rows[~parked]
        writer.write(rows[["key", "action"]], by="key")
        found += len(rows)
        acted_on += int((rows["action"] != "").sum())
    job.measures[f"{name} vanished"] = acted_on
    if found:
        log.warning("%s %s vanished from the source, %s of them to be acted on", f"{found:,}", name, f"{acted_on:,}")


def _missing(job: Job, entity: Entity) -> Iterator[pd.DataFrame]:
    """Those that are tied and that the source does not name: key, created_here."""
    named = sorted_hashes(_named(job, entity))
    for tied in _tied(job, entity) if job.run.whole else [_tied_and_moved(job, entity)]:
        missing = tied[~is_among(tied["key"], named) & ~tied["key"].str.startswith(AT_PATH)]
        yield missing if entity == "customer" else _without_rows(job, missing)


def _tied(job: Job, entity: Entity) -> Iterator[pd.DataFrame]:
    after = ""
    while len(tied := job.state.frame("tied_keys", _TIED, entity=entity, after=after, page=_PAGE)):
        after = tied["key"].iloc[-1]
        yield tied


def _tied_and_moved(job: Job, entity: Entity) -> pd.DataFrame:
    """Of whom the run looks at: nobody else's rows can have gone unnoticed."""
    keys = staged_moved(job)["user_id"] if entity == "user" else staged_accounts(job)
    return job.state.frame_of_keys("tied_among", _TIED, keys, entity=entity)


def _named(job: Job, entity: Entity) -> Iterator[Hashes]:
    """The keys that the source names: those of the wanted records, of customers whose key is rejected now, and of those
    that seem to go by another key."""
    for bucket in range(job.staging.buckets):
        for chunk in job.staging.chunks(WANTED[entity], bucket):
            yield key_hashes(chunk["key"])
        if entity == "customer":
            for chunk in job.staging.chunks(FORMER_KEYS, bucket):
                yield key_hashes(chunk["key"])
            for chunk in job.staging.chunks(REJECTED_CANDIDATES, bucket):
                yield chunk["fingerprint"].to_numpy(dtype="int64").view("uint64")
                links = job.state.frame_of_keys("customer_keys", _LINKS, chunk["key"])
                yield key_hashes(links["customer_key"])


def _without_rows(job: Job, users: pd.DataFrame) -> pd.DataFrame:
    """Those users of whom there is no row at all, be it rejected."""
    tables = [USERS, *(dataset("events", table.table) for table in EVENT_TABLES)]
    buckets = bucket_of(users["key"], job.staging.buckets)
    for bucket in buckets.unique():
        for table in tables:
            for chunk in job.staging.chunks(table, int(bucket)):
                users = users[~users["key"].isin(chunk["user_id"])]
    return users


def _parked(job: Job, entity: Entity, rows: pd.DataFrame) -> pd.Series[bool]:
    """Those that Startdeliver refused too often to deactivate or delete."""
    refused = job.state.frame_of_keys("refused", _REFUSALS, rows["key"], entity=entity)
    parked = refused.loc[refused["parked"] & (refused["fingerprint"] == NO_FINGERPRINT), "key"]
    return rows["key"].isin(parked) & (rows["action"] != "")


def _account(state: State, run: int, entity: Entity, rows: pd.DataFrame, fates: Fates, unsettled: str) -> None:
    name = f"vanished {NAMES[entity]}"
    left = state.frame_of_keys("vanished", _LEFT, rows["key"], entity=entity)
    became = state.frame_of_keys("outcomes", _OUTCOMES, rows["key"], entity=entity, run=run)
    refused = became[became["fate"] == "rejected"]
    settled = rows["key"].isin(left.loc[left["vanished"], "key"])
    deleted = ~rows["key"].isin(left["key"])
    rejected = rows["key"].isin(refused["key"]) & ~settled & ~deleted
    fates.add(name, "deleted", int(deleted.sum()))
    fates.add(name, "updated", int((settled & (rows["action"] == "deactivate")).sum()))
    fates.add(name, "skipped", int((settled & (rows["action"] == "")).sum()), "vanished")
    for reason, count in refused.loc[refused["key"].isin(rows.loc[rejected, "key"]), "reason"].value_counts().items():
        fates.add(name, "rejected", int(count), str(reason))
    fates.add(name, "skipped", int((~settled & ~deleted & ~rejected).sum()), unsettled)
