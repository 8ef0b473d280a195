"""Compute what traits.yaml and audiences.yaml declare of a bucket's customers, from all of their history."""

from __future__ import annotations

from datetime import datetime, time
from functools import cached_property

import pandas as pd

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.derive.birthdays import customer_birthday
from smrt_startdeliver.derive.lapses import customer_lost
from smrt_startdeliver.derive.visits import visits
from smrt_startdeliver.engage.evaluate import Facts, evaluate, events_of, properties_of
from smrt_startdeliver.engage.occurrences import Events
from smrt_startdeliver.engage.references import properties_of as columns_of
from smrt_startdeliver.engage.sources import table_of
from smrt_startdeliver.mapping.payload import DERIVED_PREFIX, user_payloads
from smrt_startdeliver.plan.properties import VALUE
from smrt_startdeliver.stages.columns import traits
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.known import Known
from smrt_startdeliver.vocabulary import CUSTOMER_LOST, CUSTOMER_VISIT, DERIVED_EVENTS, USERS


def is_computed(job: Job) -> bool:
    """Whether the run computes anything declared: not where it says nothing of users and customers."""
    return (job.run.syncs_users or job.run.syncs_customers) and bool(tuple(job.run.declared))


def facts_of(job: Job, known: Known) -> Facts:
    """What declarations look at, of everybody in a bucket who has a row in `users` or an event."""
    return _Bucket(job, known).facts()


def computed(job: Job, facts: Facts) -> pd.DataFrame:
    """user_id and a column a declaration, as of the run's end."""
    return evaluate(job.run.declared, facts, job.run.interval.end, job.run.settings.zone)


class _Bucket:
    """The facts of one bucket; each table of events is read once for all declarations."""

    def __init__(self, job: Job, known: Known) -> None:
        self.job = job
        self.known = known

    def facts(self) -> Facts:
        everybody = pd.concat([self.known.history.users["user_id"], self.known.history.customers_of_events])
        rows = pd.DataFrame({"user_id": everybody.drop_duplicates().astype("str")})
        rows = rows.merge(self.known.history.users, on="user_id", how="left")
        for frame in self.known.traits:
            names = {name: f"{DERIVED_PREFIX}{name}" for name in frame if name != "user_id"}
            rows = rows.merge(frame.rename(columns=names), on="user_id", how="left")
        payloads = user_payloads(rows, traits(self.job.catalog.columns(USERS)))
        found = {event: self._events(event) for event in sorted(events_of(self.job.run.declared))}
        return Facts(payloads, {event: events for event, events in found.items() if events is not None})

    def _events(self, event: str) -> Events | None:
        if event in DERIVED_EVENTS:
            return self._derived_events(event)
        table = table_of(event)
        kinds = self.job.catalog.columns(table)
        wanted = {path: columns_of(event).get(path, path) for path in properties_of(self.job.run.declared, event)}
        there = {path: column for path, column in wanted.items() if column in kinds}
        staged = {path: "name" if column == "name" else VALUE + column for path, column in there.items()}
        rows = self.known.history.accepted(table, ["id", "user_id", "time", *staged.values()])
        if rows is None:
            return None
        return Events(
            rows[["id", "user_id", "time"]].assign(**{path: rows[column] for path, column in staged.items()}),
            {path: kinds[column] for path, column in there.items()},
        )

    def _derived_events(self, event: str) -> Events:
        """Ours, of all history: under the settings of today, as derived traits are."""
        settings = self.job.run.settings
        if event == CUSTOMER_VISIT:
            frame = visits(self.known.history.evidence, self._all_history, settings)
            # No two of a customer are at one time, so that no id has to say which was first.
            return Events(frame.assign(id=pd.Series("", index=frame.index, dtype="str")), {"source": "text"})
        if event == CUSTOMER_LOST:
            frame = customer_lost(self.known.history.evidence, self.known.last_visits, self._all_history, settings)
            return Events(frame, {"lastVisitDay": "text", "cadenceDays": "number", "thresholdDays": "integer"})
        return Events(customer_birthday(self.known.birthdays, self._all_history, settings), {})

    @cached_property
    def _all_history(self) -> Interval:
        """From the day on from which events are believed."""
        settings, end = self.job.run.settings, self.job.run.interval.end
        start = datetime.combine(settings.min_event_date, time(), settings.zone)
        return Interval(min(start, end), end)
