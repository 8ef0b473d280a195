"""Who entered and who left, once a run may act on it: remembered, and told as events where that is asked for."""

from __future__ import annotations

import pandas as pd

from smrt_startdeliver.cells import as_rows
from smrt_startdeliver.engage.audience_events import audience_events
from smrt_startdeliver.engage.membership import no_changes
from smrt_startdeliver.send.event_sender import intend
from smrt_startdeliver.stages.datasets import LET_THROUGH, OUTGOING_COLUMNS
from smrt_startdeliver.stages.forgotten import forgotten_ids
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.outgoing import events_of
from smrt_startdeliver.state.declarations import note_synced


def entered_and_exited(job: Job, changed: pd.DataFrame | None) -> pd.DataFrame:
    """The Audience Entered and Exited of those who entered and left, as events are staged for sending."""
    events = audience_events(no_changes() if changed is None else changed, job.run.interval.end)
    return events.assign(
        entity=events["name"],
        type="track",
        at_path=pd.Series(None, index=events.index, dtype="str"),
        waited=False,
    )[OUTGOING_COLUMNS]


def note_audiences(job: Job) -> None:
    """Remember who is in which audience now, and that all that is declared was synced; under the lock.

    A change and its event are written down in one transaction, the event as intended: whatever becomes of this run, it
    is sent, by this one or the next. Of who was forgotten since the run began nothing is remembered.
    """
    note_synced(job.state, job.run.number, job.run.declared)
    forgotten = forgotten_ids(job.state)
    for bucket in job.staging.mine:
        for staged in job.staging.chunks(LET_THROUGH, bucket):
            changed = staged[~staged["user_id"].isin(forgotten)]
            with job.state.transaction():
                job.state.write("change_membership", [{**row, "run": job.run.number} for row in as_rows(changed)])
                if job.run.settings.audience_events:
                    intend(job.state, job.run.number, events_of(entered_and_exited(job, changed)))
