"""Load customers, then users: what differs from what was acknowledged, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from smrt_startdeliver.cells import as_rows
from smrt_startdeliver.engage.declared import fields_of
from smrt_startdeliver.mapping.document import Entity
from smrt_startdeliver.mapping.field_types import field_types
from smrt_startdeliver.plan.fingerprints import record_fingerprints
from smrt_startdeliver.plan.records import Acknowledged
from smrt_startdeliver.plan.vanished import active_again
from smrt_startdeliver.send.reasons import OF_STARTDELIVER
from smrt_startdeliver.send.record import Record
from smrt_startdeliver.send.record_sender import RecordSender
from smrt_startdeliver.stages.act_on_vanished import act_on_vanished
from smrt_startdeliver.stages.audience_changes import note_audiences
from smrt_startdeliver.stages.compare import aliases_of, at_rest, is_synced, with_customer_ids
from smrt_startdeliver.stages.connect import note_requests, startdeliver
from smrt_startdeliver.stages.datasets import DIFFERING, NAMES, REFUSED
from smrt_startdeliver.stages.forgotten import drop_forgotten, forgotten_records
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.progress import Progress, Unseen
from smrt_startdeliver.stages.rejecting import keep
from smrt_startdeliver.stages.renamed import renamed_customers
from smrt_startdeliver.stages.sending_time import SendingTime
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.wire import PAGE_SIZE

_KNOWN = {
    "key": "str",
    "startdeliver_id": "Int64",
    "match_field": "str",
    "match_value": "str",
    "fingerprint": "Int64",
    "vanished": "boolean",
    "outcome": "str",
    "run": "Int64",
}
_REFUSED = {"key": "str"}
_MADE_AT_ONCE = 4 * PAGE_SIZE
"""What pandas does for a page of records costs nearly as much as for a few."""


def load_records(job: Job, entity: Entity) -> None:
    """Send what differs of one entity; what the run's time or the day's quota does not allow waits for the next run.

    Raises KeyRefused, Unreachable, CircuitOpen; what was sent by then is acknowledged.
    """
    api = startdeliver(job)
    with job.right_to_write() as lock, Progress(job, NAMES[entity], job.staging.rows(DIFFERING[entity])) as progress:
        time = SendingTime(job, api.client.quota_spent)  # what another run takes is no sending time of this one
        if is_synced(job, entity) and not job.run.dry_run:
            job.state.write("acknowledge_traits", [{"run": job.run.number}])
            if entity == "user":
                note_audiences(job)
        sender = record_sender(job, entity, api, time.is_left, progress.noting(lock.check))
        send_records(job, sender, progress)
        if entity == "user" and job.is_first_part:  # all users come before all customers
            act_on_vanished(job, api, time.is_left, lock.check)
    note_requests(job, api)


def record_sender(
    job: Job, entity: Entity, api: Startdeliver, may_go_on: Callable[[], bool], still_ours: Callable[[], None]
) -> RecordSender:
    """What sends the run's records of an entity, as its settings, mapping and parameters want it."""
    return RecordSender(
        entity=entity,
        types=field_types(job.run.document, entity),
        api=api,
        state=job.state,
        run=job.run.number,
        max_in_flight=job.max_in_flight,
        sync_nulls=job.run.settings.sync_nulls,
        at_rest=at_rest(job, entity),
        fill_empty=_fill_empty(job, entity),
        full_resync=job.run.full_resync and is_synced(job, entity),
        dry_run=job.run.dry_run,
        may_go_on=may_go_on,
        still_ours=still_ours,
    )


def send_records(
    job: Job, sender: RecordSender, progress: Progress | Unseen, done: Callable[[list[Record]], None] | None = None
) -> None:
    """Send the records that differ, batch by batch; `done` gets each batch once the fates of its records are noted."""
    load = _Load(job, sender.entity)

    def note(records: list[Record]) -> None:
        load.note(records)
        progress.add(len(records))
        if done is not None:
            done(records)

    sender.send_all(progress.watched(load.batches()), note)


def _fill_empty(job: Job, entity: Entity) -> frozenset[str]:
    """The computed fields that are not put over what a person typed."""
    fields = fields_of(job.run.document, job.run.declared, entity)
    return frozenset(alias for alias, one in fields.items() if one.policy == "fill_empty")


class _Load:
    """The loading of one entity in one run."""

    def __init__(self, job: Job, entity: Entity) -> None:
        self.job = job
        self.entity = entity
        self.name = NAMES[entity]
        self.refused = job.staging.writer(REFUSED[entity])
        self.forgotten = forgotten_records(job, entity)
        self.renamed: dict[str, frozenset[str]] = {}

    def batches(self) -> Iterator[list[Record]]:
        """In batches of what one look-up can ask for, whatever bucket they are of: each but the last is full."""
        left = pd.DataFrame()
        for bucket in self.job.staging.mine:
            differing = self.job.staging.read(DIFFERING[self.entity], bucket)
            if differing is None:
                continue
            if self.entity == "customer":
                self.renamed |= renamed_customers(self.job, bucket)
            entities = pd.Series(self.name, index=differing.index, dtype="str")
            differing = drop_forgotten(self.job.fates, differing, "key", entities, self.forgotten)
            if len(left) and list(left) != list(differing):  # a column that one has not is no null of its records
                yield self._records(left)
                left = left.iloc[:0]
            rows = pd.concat([left, differing], ignore_index=True) if len(left) else differing
            full = len(rows) - len(rows) % PAGE_SIZE
            for start in range(0, full, _MADE_AT_ONCE):
                records = self._records(rows.iloc[start : min(start + _MADE_AT_ONCE, full)])
                for first in range(0, len(records), PAGE_SIZE):
                    yield records[first : first + PAGE_SIZE]
            left = rows.iloc[full:]
        if len(left):
            yield self._records(left)

    def _records(self, rows: pd.DataFrame) -> list[Record]:
        """The records of a batch, with what the memory holds of them now: another run may have written meanwhile."""
        if self.entity == "user" and is_synced(self.job, "user"):
            rows = with_customer_ids(self.job, rows)
        aliases = aliases_of(rows)
        rows = rows.assign(now=record_fingerprints(rows, aliases))
        known = self.job.state.frame_of_keys("records", _KNOWN, rows["key"], entity=self.entity)
        rows = rows.merge(known, on="key", how="left", suffixes=("", "_acknowledged"))
        held = self.job.state.rows("record_fields", entity=self.entity, keys=list(rows["key"]))
        acknowledged = {row["key"]: row["fields"] for row in held}
        refused = set(self.job.state.frame_of_keys("refused", _REFUSED, rows["key"], entity=self.entity)["key"])
        return [
            Record(
                key=row["key"],
                match_field=row["match_field"],
                match_value=row["match_value"],
                fingerprint=row["now"],
                fields=_fields(row, fields, acknowledged.get(row["key"], {})),
                customer_key=row.get("customer_key"),
                startdeliver_id=row["startdeliver_id"],
                acknowledged=acknowledged.get(row["key"], {}),
                intended=_intent(row),
                refused_before=row["key"] in refused,
                fate=self._fate_so_far(row),
                renamed_from=self.renamed.get(row["key"], frozenset()),
            )
            for row, fields in zip(as_rows(rows.drop(columns=aliases)), as_rows(rows[aliases]), strict=True)
        ]

    def _fate_so_far(self, row: dict[str, Any]) -> Any:
        """What an earlier try of this very task made of the record; None where nothing."""
        done = row["startdeliver_id"] is not None and row["run"] == self.job.run.number
        return row["outcome"] if done and row["fingerprint"] == row["now"] else None

    def note(self, records: list[Record]) -> None:
        """Give each record its fate; what is rejected or left is kept from the events that would need it."""
        rejected, unsent = [], []
        for record in records:
            if record.fate is None:
                self.job.fates.add(self.name, "skipped", reason="deferred")
            elif record.rejection is None:
                self.job.fates.add(self.name, record.fate)
            else:
                self.job.fates.add(self.name, "rejected", reason=record.rejection.reason)
                rejected.append({"key": record.key, "reason": record.rejection.reason})
                if record.rejection.reason not in OF_STARTDELIVER:
                    unsent.append({**rejected[-1], "field": record.rejection.field})
        self.refused.write(pd.DataFrame(rejected, columns=["key", "reason"], dtype="str"), by="key")
        found = pd.DataFrame(unsent, columns=["key", "field", "reason"], dtype="str")
        keep(self.job, self.name, found.assign(shape=None, fingerprint=0))


def _fields(row: dict[str, Any], fields: dict[str, str | None], acknowledged: Acknowledged) -> dict[str, str | None]:
    """What the record should hold; `active`, too, where it had vanished and was deactivated for that."""
    return active_again(fields, acknowledged) if row["vanished"] else fields


def _intent(row: dict[str, Any]) -> tuple[str, str] | None:
    """What an earlier run was about to create this record with, where its outcome never became known."""
    if row["startdeliver_id"] is None and row["match_field_acknowledged"] is not None:
        return row["match_field_acknowledged"], row["match_value_acknowledged"]
    return None
