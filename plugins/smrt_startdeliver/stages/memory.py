"""What the memory of events holds already."""

from __future__ import annotations

import pandas as pd

from smrt_startdeliver.plan.fates import Fate
from smrt_startdeliver.stages.job import Job

_KNOWN = {"id": "str", "state": "str", "run": "int64", "parked": "bool"}


def known_events(job: Job, events: pd.DataFrame) -> pd.DataFrame:
    """What the memory holds of these events: id, state, run, parked."""
    return job.state.frame_of_keys("known_events", _KNOWN, events["id"], argument="ids")


def unsent(job: Job, events: pd.DataFrame, known: pd.DataFrame | None = None) -> pd.DataFrame:
    """The events (id, entity, …) that the memory does not hold; the others have their fate noted.

    What an earlier try of this very run sent counts as sent by it, and what it left open is sent here. What another run
    left open is tried again from the memory, not from here. `known`: what `known_events` says of them, where that was
    asked already.
    """
    known = known_events(job, events) if known is None else known
    sent, by_this_run = known["state"] == "sent", known["run"] == job.run.number
    left = ~sent & ~by_this_run
    fates: list[tuple[Fate, str, pd.Series[bool]]] = [
        ("sent", "", sent & by_this_run),
        ("already sent", "", sent & ~by_this_run),
        ("skipped", "parked", left & known["parked"]),
        ("skipped", "tried_again_already", left & ~known["parked"]),
    ]
    for fate, reason, mine in fates:
        job.fates.add_each(events.loc[events["id"].isin(known.loc[mine, "id"]), "entity"], fate, reason)
    return events[~events["id"].isin(known.loc[sent | left, "id"])]


def left_open(job: Job, events: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Those of the events that other runs left open; `known`: what `known_events` says of them."""
    left = (known["state"] != "sent") & (known["run"] != job.run.number)
    return events[events["id"].isin(known.loc[left, "id"])]
