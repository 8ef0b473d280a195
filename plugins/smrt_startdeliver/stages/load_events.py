"""Load events: what earlier runs left open, then derived ones, then raw ones; each customer's in order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from smrt_startdeliver.mapping.field_types import field_types
from smrt_startdeliver.send.event_sender import EventSender, OutgoingEvent
from smrt_startdeliver.stages.connect import note_requests, startdeliver
from smrt_startdeliver.stages.datasets import OUTGOING_DERIVED, OUTGOING_RAW
from smrt_startdeliver.stages.forgotten import drop_forgotten, forgotten_records
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.memory import unsent
from smrt_startdeliver.stages.open_events import open_events
from smrt_startdeliver.stages.outgoing import addressed, events_of, keep_rejections
from smrt_startdeliver.stages.progress import Progress, Unseen
from smrt_startdeliver.stages.sending_time import SendingTime
from smrt_startdeliver.startdeliver.api import Startdeliver

_BATCH = 2_000


def load_events(job: Job) -> None:
    """Send all events that the run has; what its time or the day's quota does not allow waits for the next run.

    That one reads the same window again, and the memory drops what went out. Raises KeyRefused, Unreachable,
    CircuitOpen; what was sent by then is settled.
    """
    if "events" not in job.run.entities:
        return
    api = startdeliver(job)
    total = sum(map(job.staging.rows, (OUTGOING_DERIVED, OUTGOING_RAW)))
    with job.right_to_write() as lock, Progress(job, "events", total) as progress:
        time = SendingTime(job, api.client.quota_spent)  # what another run takes is no sending time of this one
        send_events(job, api, time.is_left, progress.noting(lock.check), progress)
    note_requests(job, api)


def send_events(
    job: Job,
    api: Startdeliver,
    may_go_on: Callable[[], bool],
    still_ours: Callable[[], None],
    progress: Progress | Unseen,
) -> None:
    """Send what was planned, and what earlier runs left open; a dry run only gives each planned event its fate."""
    sender = EventSender(
        api=api,
        state=job.state,
        run=job.run.number,
        max_in_flight=job.max_in_flight,
        match_types=field_types(job.run.document, "user"),
        may_go_on=may_go_on,
        still_ours=still_ours,
    )
    _Load(job, sender, progress).load()


class _Load:
    """The loading of events in one run."""

    def __init__(self, job: Job, sender: EventSender, progress: Progress | Unseen) -> None:
        self.job = job
        self.sender = sender
        self.progress = progress
        self.forgotten = forgotten_records(job, "user")

    def load(self) -> None:
        if not self.job.run.dry_run:
            for batch in open_events(self.job, self.sender):
                self.progress.expect(len(batch))
                self._note_open(self._send(batch))
                self.progress.add(len(batch))
        for dataset in (OUTGOING_DERIVED, OUTGOING_RAW):
            for waited in (True, False):
                for batch in self._batches(dataset, waited=waited):
                    # Looked up again: an earlier try of this task may have sent some, and another run, too.
                    self._note(self._send(unsent(self.job, batch)))
                    self.progress.add(len(batch))

    def _batches(self, dataset: str, *, waited: bool) -> Iterator[pd.DataFrame]:
        """Events in batches; of customers whose events had to wait for this run, or of all others."""
        for bucket in self.job.staging.mine:
            events = self.job.staging.read(dataset, bucket)
            if events is None:
                continue
            has_waited = events["user_id"].isin(events.loc[events["waited"].astype("bool"), "user_id"])
            events = events[has_waited == waited].sort_values(["user_id", "time", "id"], ignore_index=True)
            events = drop_forgotten(self.job.fates, events, "user_id", events["entity"], self.forgotten)
            for start in range(0, len(events), _BATCH):
                yield events.iloc[start : start + _BATCH]

    def _send(self, batch: pd.DataFrame) -> list[OutgoingEvent]:
        """Send a batch; each of its events has its fate then, but for those that there was no time for.

        Where none is left at all, there may have been none for their users either: that they are missing says nothing.
        """
        if not self.sender.may_go_on():
            return events_of(batch)
        outgoing = addressed(self.job, batch)
        if self.job.run.dry_run:
            for event in outgoing:
                event.fate = event.fate or "sent"
        else:
            self.progress.watch(outgoing)
            self.sender.send(outgoing)
        return outgoing

    def _note_open(self, events: list[OutgoingEvent]) -> None:
        """Account for what earlier runs left; where there was no time it is still open, and nobody's row."""
        done = [event for event in events if event.fate is not None]
        self.job.fates.add_each(pd.Series([event.entity for event in done], dtype="str"), "extracted")
        self._note(done)

    def _note(self, events: list[OutgoingEvent]) -> None:
        for event in events:
            if event.fate is None:
                self.job.fates.add(event.entity, "skipped", reason="deferred")
            else:
                self.job.fates.add(event.entity, event.fate, reason=event.rejection.reason if event.rejection else "")
        keep_rejections(self.job, events)
