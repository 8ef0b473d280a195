"""Load events: what earlier runs left open, then derived ones, then raw ones; each customer's in order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

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
                self._send([self._outgoing(batch)], self._note_open)  # the next page may be of the same customer
        for dataset in (OUTGOING_DERIVED, OUTGOING_RAW):
            for waited in (True, False):
                for bucket in self.job.staging.mine:
                    self._send(self._batches(dataset, bucket, waited=waited), self._note)

    def _batches(self, dataset: str, bucket: int, *, waited: bool) -> Iterator[list[OutgoingEvent]]:
        """Events in batches of whole customers: of those whose events had to wait for this run, or of all others."""
        events = self.job.staging.read(dataset, bucket)
        if events is None:
            return
        has_waited = events["user_id"].isin(events.loc[events["waited"].astype("bool"), "user_id"])
        events = events[has_waited == waited].sort_values(["user_id", "time", "id"], ignore_index=True)
        events = drop_forgotten(self.job.fates, events, "user_id", events["entity"], self.forgotten)
        events = self._without_copies(events)
        for _, batch in events.groupby(_batch_numbers(events["user_id"]), sort=False):
            # Looked up again: an earlier try of this task may have sent some, and another run, too.
            left = unsent(self.job, batch)
            self.progress.pass_over(len(batch) - len(left))
            yield self._outgoing(left)

    def _without_copies(self, events: pd.DataFrame) -> pd.DataFrame:
        """One of each id: two tables of the source may hold the same event."""
        copies = events["id"].duplicated()
        self.job.fates.add_each(events.loc[copies, "entity"], "already sent")
        self.progress.pass_over(int(copies.sum()))
        return events[~copies]

    def _outgoing(self, batch: pd.DataFrame) -> list[OutgoingEvent]:
        """The events of a batch, with the user that each goes to; each has its fate where it has none.

        Where no time is left, there may have been none for their users either: that they are missing says nothing.
        """
        if not self.sender.may_go_on():
            return events_of(batch)
        outgoing = addressed(self.job, batch)
        if self.job.run.dry_run:
            for event in outgoing:
                event.fate = event.fate or "sent"
        return outgoing

    def _send(self, batches: Iterable[list[OutgoingEvent]], note: Callable[[list[OutgoingEvent]], None]) -> None:
        """Send batches; each of their events has its fate then, but for those that there was no time for."""

        def done(events: list[OutgoingEvent]) -> None:
            note(events)
            self.progress.add(len(events))

        if self.job.run.dry_run:
            for events in batches:
                done(events)
        else:
            self.sender.send_all(self.progress.watched(batches), done)

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


def _batch_numbers(user_ids: pd.Series[str]) -> pd.Series[int]:
    """The batch of each event, of events ordered by customer: about `_BATCH` in each, all of a customer's in one."""
    places = pd.Series(range(len(user_ids)), index=user_ids.index)
    firsts = places.where(user_ids != user_ids.shift()).ffill()
    return firsts // _BATCH
