"""Events as they go out: each with the user of Startdeliver that it goes to, and what is remembered of the rejected."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby

import pandas as pd

from smrt_startdeliver.cells import as_rows
from smrt_startdeliver.send.event_sender import OutgoingEvent
from smrt_startdeliver.send.reasons import OF_STARTDELIVER, Rejection
from smrt_startdeliver.stages.addressing import addressing
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.rejecting import keep

_REFUSED = {"key": "str"}


def addressed(job: Job, batch: pd.DataFrame) -> list[OutgoingEvent]:
    """The events of a batch (columns as staged), each with the user it goes to, or rejected where it has none."""
    to = addressing(job, batch)
    refused = set(job.state.frame_of_keys("refused", _REFUSED, batch["id"], entity="event")["key"])
    events = events_of(batch)
    for event in events:
        event.refused_before = event.id in refused
        address = to.address(event.user_id, event.at_path)
        if isinstance(address, Rejection):
            event.fate, event.rejection = "rejected", address
        else:
            event.match_field, event.match_value = address
    return events


def renew(job: Job, left_open: pd.DataFrame) -> None:
    """Give events that were not taken so far (columns as staged) the content that they have now: it is tried next."""
    events = [] if job.run.dry_run else events_of(left_open)
    job.state.write(
        "renew_event",
        [{"id": event.id, "happened_at": event.time, "body": json.dumps(event.body())} for event in events],
    )


def keep_rejections(job: Job, events: Sequence[OutgoingEvent]) -> None:
    """Remember why events could not be sent; what Startdeliver refused is remembered by the sender."""
    ours = [event for event in events if event.rejection and event.rejection.reason not in OF_STARTDELIVER]
    for entity, group in groupby(sorted(ours, key=lambda event: event.entity), key=lambda event: event.entity):
        rejections = [(event.id, event.rejection) for event in group if event.rejection]
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


def events_of(batch: pd.DataFrame) -> list[OutgoingEvent]:
    """The events of a batch (columns as staged), with no fate yet."""
    return [
        OutgoingEvent(
            id=row["id"],
            user_id=row["user_id"],
            name=row["name"],
            entity=row["entity"],
            type=row["type"],
            time=time,
            properties=json.loads(row["properties"]),
            at_path=row["at_path"],
        )
        for row, time in zip(as_rows(batch.drop(columns="time")), batch["time"].dt.to_pydatetime(), strict=True)
    ]
