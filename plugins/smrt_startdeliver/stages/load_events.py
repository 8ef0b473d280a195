"""Load events: what earlier runs left open, then derived ones, then raw ones; each customer's in order of time."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import pandas as pd

from smrt_startdeliver.mapping.field_types import field_types
from smrt_startdeliver.send.event_sender import EventSender, OutgoingEvent
from smrt_startdeliver.send.reasons import Rejection
from smrt_startdeliver.stages.addressing import Addressing, addressing
from smrt_startdeliver.stages.connect import startdeliver
from smrt_startdeliver.stages.datasets import OUTGOING_DERIVED, OUTGOING_RAW
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.memory import unsent
from smrt_startdeliver.stages.rejecting import keep

log = logging.getLogger(__name__)

_BATCH = 2_000


def load_events(job: Job) -> None:
    """Send all events that the run has. Raises KeyRefused, Unreachable; what was sent by then is settled.

    When the run's time is over (`run_budget_minutes`) the rest waits: the next run reads the same window again, and
    the memory drops what went out.
    """
    if "events" not in job.run.entities:
        return
    api = startdeliver(job)
    sender = EventSender(
        api, job.state, job.run.number, job.run.settings.max_in_flight, field_types(job.run.document, "user")
    )
    with job.state.lock():
        _open_events(job, sender)
        for dataset in (OUTGOING_DERIVED, OUTGOING_RAW):
            for bucket in range(job.staging.buckets):
                for batch in _batches(job, dataset, bucket):
                    # Looked up again: an earlier try of this task may have sent some, and another run, too.
                    events = unsent(job, batch)
                    if _time_is_over(job):
                        job.fates.add_each(events["entity"], "skipped", "deferred")
                    else:
                        _note(job, _send(job, sender, events))
    job.measures.update({f"requests {name}": count for name, count in api.client.requests_made.items()})


def _batches(job: Job, dataset: str, bucket: int) -> Iterator[pd.DataFrame]:
    events = job.staging.read(dataset, bucket)
    if events is not None:
        events = events.sort_values(["user_id", "time", "id"], ignore_index=True)
        for start in range(0, len(events), _BATCH):
            yield events.iloc[start : start + _BATCH]


def _send(job: Job, sender: EventSender, batch: pd.DataFrame) -> list[OutgoingEvent]:
    """Send a batch; each of its events has its fate then."""
    outgoing = _addressed(batch, addressing(job, batch))
    if job.run.dry_run:
        for event in outgoing:
            event.fate = event.fate or "sent"
    else:
        sender.send(outgoing)
    return outgoing


def _addressed(batch: pd.DataFrame, to: Addressing) -> list[OutgoingEvent]:
    """The events of a batch (columns as staged), each with the user it goes to, or rejected where it has none."""
    events = []
    rows: list[dict[Any, Any]] = batch.to_dict("records")
    for row in rows:
        event = OutgoingEvent(
            id=row["id"],
            user_id=row["user_id"],
            name=row["name"],
            entity=row["entity"],
            type=row["type"],
            time=row["time"].to_pydatetime(),
            properties=json.loads(row["properties"]),
            at_path=row["at_path"] if isinstance(row["at_path"], str) else None,
        )
        address = to.address(event.user_id, event.at_path)
        if isinstance(address, Rejection):
            event.fate, event.rejection = "rejected", address
        else:
            event.match_field, event.match_value = address
        events.append(event)
    return events


def _open_events(job: Job, sender: EventSender) -> None:
    """What earlier tries left open: look up what may have arrived; send again what did not, and what was refused.

    What an earlier try of this very run left is accounted for where the run comes to it again, not here.
    """
    rows = job.state.rows("open_events")
    if not rows or job.run.dry_run:
        return
    frame = pd.DataFrame(
        [
            {
                "id": row["id"],
                "user_id": row["user_id"],
                "name": row["name"],
                "time": pd.Timestamp(row["happened_at"]),
                **row["body"],
                "properties": json.dumps(row["body"]["properties"]),
            }
            for row in rows
        ]
    )
    log.info("events: %s left open by earlier runs", f"{len(frame):,}")
    unknown = frame["id"].isin([row["id"] for row in rows if row["state"] == "intended"])
    done = _addressed(frame[unknown], addressing(job, frame[unknown]))
    missing = {event.id for event in sender.settle_unknown(done)}
    again = frame[~unknown | frame["id"].isin(missing)]
    for start in range(0, len(again), _BATCH):
        done += _send(job, sender, again.iloc[start : start + _BATCH])
    of_earlier_runs = {row["id"] for row in rows if row["run"] != job.run.number}
    noted = [event for event in done if event.id in of_earlier_runs and event.fate is not None]
    job.fates.add_each(pd.Series([event.entity for event in noted], dtype="str"), "extracted")
    _note(job, noted)


def _note(job: Job, events: list[OutgoingEvent]) -> None:
    for event in events:
        if event.fate is not None:
            job.fates.add(event.entity, event.fate, reason=event.rejection.reason if event.rejection else "")
    for entity, noted in groupby(sorted(events, key=lambda event: event.entity), key=lambda event: event.entity):
        _keep_rejections(job, entity, list(noted))
    sent = sum(rows for (_, fate, _), rows in job.fates.counts.items() if fate == "sent")
    log.info("events: %s sent so far", f"{sent:,}")


def _keep_rejections(job: Job, entity: str, events: list[OutgoingEvent]) -> None:
    """Remember why events were rejected; each is tried again in the next run."""
    rejections = [(event.id, event.rejection) for event in events if event.rejection]
    keep(
        job,
        entity,
        pd.DataFrame(
            {
                "key": [key for key, _ in rejections],
                "field": [rejection.field for _, rejection in rejections],
                "reason": [rejection.reason for _, rejection in rejections],
                "shape": [rejection.detail for _, rejection in rejections],
                "fingerprint": 0,
            }
        ),
    )


def _time_is_over(job: Job) -> bool:
    budget = job.run.settings.run_budget_minutes * 60
    over = job.state.rows("run_time", run=job.run.number)[0]["seconds"] > budget
    if over and not job.run.dry_run:
        job.state.write("defer_run", [{"run": job.run.number}])
    return bool(over)
