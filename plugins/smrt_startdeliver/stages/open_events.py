"""What earlier tries left open: events whose outcome is unknown, and those that were rejected."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from smrt_startdeliver.send.event_sender import EventSender
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.outgoing import addressed
from smrt_startdeliver.staging import bucket_of

_PAGE = 2_000
_BEFORE_ALL = {"after_user": "", "after_time": "-infinity", "after_id": ""}


def open_events(job: Job, sender: EventSender) -> Iterator[pd.DataFrame]:
    """The open events of earlier runs that are to be sent again, by page; those that arrived are settled on the way.

    Of each page only the events of the customers who are worked on here.
    What an earlier try of this very run left is looked up, too, but sent and accounted for where the run comes to it.
    """
    for rows in _pages(job):
        frame = _frame(rows)
        frame = frame[bucket_of(frame["user_id"], job.staging.buckets).isin(job.staging.mine)]
        unknown = frame["id"].isin([row["id"] for row in rows if row["state"] == "intended"])
        looked_up = addressed(job, frame[unknown])
        missing = {event.id for event in sender.settle_unknown(looked_up)}
        of_this_run = frame["id"].isin([row["id"] for row in rows if row["run"] == job.run.number])
        for event in looked_up:
            if event.fate == "already sent" and event.id not in set(frame.loc[of_this_run, "id"]):
                job.fates.add(event.entity, "extracted")
                job.fates.add(event.entity, "already sent")
        yield frame[(~unknown | frame["id"].isin(missing)) & ~of_this_run]


def _pages(job: Job) -> Iterator[Sequence[Any]]:
    """The open events that are not parked, each customer's in order of time, in pages."""
    after = _BEFORE_ALL
    while rows := job.state.rows("open_events", page=_PAGE, **after):
        yield rows
        after = {
            "after_user": rows[-1]["user_id"],
            "after_time": rows[-1]["happened_at"],
            "after_id": rows[-1]["id"],
        }


def _frame(rows: Sequence[Any]) -> pd.DataFrame:
    return pd.DataFrame(
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
