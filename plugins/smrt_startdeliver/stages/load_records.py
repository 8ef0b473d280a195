"""Load customers, then users: what differs from what was acknowledged, and nothing else."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pandas as pd

from smrt_startdeliver.mapping.document import Entity
from smrt_startdeliver.mapping.field_types import field_types
from smrt_startdeliver.mapping.records import CUSTOMER_LINK, UNKNOWN
from smrt_startdeliver.plan.fingerprints import record_fingerprints
from smrt_startdeliver.plan.matching import match_fingerprints
from smrt_startdeliver.send.reasons import Rejection
from smrt_startdeliver.send.record_sender import Record, RecordSender
from smrt_startdeliver.stages.connect import startdeliver
from smrt_startdeliver.stages.datasets import REFUSED, SHARED_MATCHES, WANTED
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.rejecting import keep
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.wire import PAGE_SIZE

log = logging.getLogger(__name__)

_NAMES = {"customer": "customers", "user": "users"}
_NO_FIELDS = frozenset({"key", "match_field", "match_value", "customer_key"})
_ACKNOWLEDGED = {
    "key": "str",
    "startdeliver_id": "Int64",
    "match_field": "str",
    "match_value": "str",
    "fingerprint": "Int64",
}


def load_records(job: Job, entity: Entity) -> None:
    """Send what differs of one entity. Raises KeyRefused, Unreachable; what was sent by then is acknowledged."""
    api = startdeliver(job)
    with job.state.lock():
        _Load(job, entity).load(api)
    job.measures.update({f"requests {name}": count for name, count in api.client.requests_made.items()})


class _Load:
    """The loading of one entity in one run."""

    def __init__(self, job: Job, entity: Entity) -> None:
        self.job = job
        self.run = job.run
        self.entity = entity
        self.name = _NAMES[entity]
        self.synced = job.run.syncs_users if entity == "user" else job.run.syncs_customers
        self.refused = job.staging.writer(REFUSED[entity])
        shared = job.staging.read(SHARED_MATCHES, 0) if entity == "user" else None
        self.shared = pd.Series(dtype="int64") if shared is None else shared["match"]

    def load(self, api: Startdeliver) -> None:
        if self.synced and not self.run.dry_run:
            self.job.state.write("acknowledge_traits", [{"run": self.run.number}])
        sender = RecordSender(
            entity=self.entity,
            types=field_types(self.run.document, self.entity),
            api=api,
            state=self.job.state,
            run=self.run.number,
            max_in_flight=self.run.settings.max_in_flight,
            sync_nulls=self.run.settings.sync_nulls,
            full_resync=self.run.full_resync and self.synced,
            dry_run=self.run.dry_run,
        )
        for bucket in range(self.job.staging.buckets):
            for batch in self._differing(bucket):
                sender.send(batch)
                self._note(batch)

    def _differing(self, bucket: int) -> Iterator[list[Record]]:
        """The records of a bucket that may have to be sent, in batches; the others have their fate noted."""
        wanted = self.job.staging.read(WANTED[self.entity], bucket)
        if wanted is None:
            return
        if self.entity == "user" and self.synced:
            wanted = self._with_customer_ids(wanted)
        aliases = [str(column) for column in wanted if column not in _NO_FIELDS]
        wanted["fingerprint_now"] = record_fingerprints(wanted, aliases)
        known = self._acknowledged(self.entity, wanted["key"])
        wanted = wanted.merge(known, on="key", how="left", suffixes=("", "_acknowledged"))

        tied = wanted["startdeliver_id"].notna()
        claimed_by_several = ~tied & match_fingerprints(wanted).isin(self.shared)
        self._reject(wanted.loc[claimed_by_several, "key"], Rejection("match_not_unique"))

        same = tied & (wanted["fingerprint"] == wanted["fingerprint_now"]).fillna(False)
        if self.run.full_resync:
            same &= False
        if not self.synced:  # users are created where an event needs one; none is updated
            same |= tied
        self.job.fates.add(self.name, "unchanged", int(same.sum()))
        different = wanted[~same & ~claimed_by_several]
        log.info("%s: %s unchanged, %s to look at", self.name, f"{same.sum():,}", f"{len(different):,}")
        for start in range(0, len(different), PAGE_SIZE):
            yield self._records(different.iloc[start : start + PAGE_SIZE], aliases)

    def _records(self, rows: pd.DataFrame, aliases: list[str]) -> list[Record]:
        held = self.job.state.rows("record_fields", entity=self.entity, keys=list(rows["key"]))
        acknowledged = {row["key"]: row["fields"] for row in held}
        cells: list[dict[Any, Any]] = rows.astype(object).where(rows.notna(), None).to_dict("records")
        return [
            Record(
                key=row["key"],
                match_field=row["match_field"],
                match_value=row["match_value"],
                fingerprint=row["fingerprint_now"],
                fields={alias: row[alias] for alias in aliases},
                startdeliver_id=row["startdeliver_id"],
                acknowledged=acknowledged.get(row["key"], {}),
                intended=_intent(row),
            )
            for row in cells
        ]

    def _with_customer_ids(self, users: pd.DataFrame) -> pd.DataFrame:
        """Users with the id of their customer in Startdeliver; where it has none (yet), nothing is said of it."""
        keys = users["customer_key"]
        customers = self._acknowledged("customer", keys[keys.notna() & (keys != UNKNOWN)].drop_duplicates())
        ids = customers.dropna(subset=["startdeliver_id"]).set_index("key")["startdeliver_id"].astype("str")
        found = keys.map(ids).astype("str")
        return users.assign(**{CUSTOMER_LINK: found.where(found.notna() | keys.isna(), UNKNOWN)})

    def _acknowledged(self, entity: Entity, keys: pd.Series[str]) -> pd.DataFrame:
        return self.job.state.frame_of_keys("records", _ACKNOWLEDGED, keys, entity=entity)

    def _note(self, records: list[Record]) -> None:
        for record in records:
            if record.rejection is not None:
                self._reject(pd.Series([record.key], dtype="str"), record.rejection)
            elif record.fate is not None:
                self.job.fates.add(self.name, record.fate)

    def _reject(self, keys: pd.Series[str], rejection: Rejection) -> None:
        """A rejected record is tried again in each run, and rejected in each that it fails in."""
        self.job.fates.add(self.name, "rejected", len(keys), rejection.reason)
        if len(keys):
            rejected = pd.DataFrame({"key": keys, "field": rejection.field, "reason": rejection.reason})
            self.refused.write(rejected, by="key")
            keep(self.job, self.name, rejected.assign(shape=rejection.detail, fingerprint=0))


def _intent(row: dict[Any, Any]) -> tuple[str, str] | None:
    """What an earlier run was about to create this record with, where its outcome never became known."""
    if row["startdeliver_id"] is None and row["match_field_acknowledged"] is not None:
        return row["match_field_acknowledged"], row["match_value_acknowledged"]
    return None
