"""Reading tables of the source into the staged buckets of customers: of everybody, or of some."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, Optional

import pandas as pd

from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.plan.properties import VALUE
from smrt_startdeliver.stages.columns import properties, traits
from smrt_startdeliver.stages.forgotten import forgotten_ids, without_forgotten
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.last_visits import COLUMN as LAST_VISIT
from smrt_startdeliver.stages.last_visits import has_last_visits
from smrt_startdeliver.staging import BucketWriter
from smrt_startdeliver.vocabulary import EVENT_TABLES, GROUPS, IDENTIFIES, USERS
from smrt_startdeliver.warehouse.statements import over_rows
from smrt_startdeliver.warehouse.stream import stream

log = logging.getLogger(__name__)

EVENT_COLUMNS: dict[str, Kind] = {
    "id": "text",
    "user_id": "text",
    "name": "text",
    "time": "time",
    "loaded_at": "time",
    "reason": "text",
    "copies": "integer",
}
USER_COLUMNS: dict[str, Kind] = {"user_id": "text", "loaded_at": "time", "row_hash": "integer", "copies": "integer"}
GROUP_COLUMNS: dict[str, Kind] = {
    "id": "text",
    "user_id": "text",
    "group_id": "text",
    "time": "time",
    "loaded_at": "time",
    "copies": "integer",
}

Customers = Optional["pd.Series[str]"]
"""The user ids of those whose rows are read; None: of everybody."""

_EVER = datetime(1, 1, 2, tzinfo=UTC)


class Reading:
    """Stages the rows of tables, each in chunks, and counts them by table. What is read later adds to what was."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.rows: Counter[str] = Counter()
        self._writers: dict[str, BucketWriter] = {}
        self._forgotten = forgotten_ids(job.state)
        settings = job.run.settings
        self._parameters: dict[str, Any] = {
            "read_from": job.run.loaded.start,
            "read_until": job.run.loaded.end,
            "max_clock_skew": timedelta(hours=settings.max_clock_skew_hours),
            "min_event_time": datetime.combine(settings.min_event_date, time(), settings.zone),
        }

    def users(self, customers: Customers = None, *, nobodys: bool = True) -> None:
        """`users`. nobodys: also the rows that have no id. Raises WarehouseError, as all of these do."""
        values = traits(self.job.catalog.columns(USERS))
        since = _EVER if nobodys else None
        self._stage("users", USERS, ("id",), values, USER_COLUMNS, customers, since)

    def groups(self) -> None:
        """`groups`: calls are few, and any may speak of any customer."""
        if GROUPS in self.job.catalog.tables:
            values = {name: kind for name, kind in self._traits(GROUPS).items() if name != "group_id"}
            self._stage("groups", GROUPS, ("id", "user_id", "group_id"), values, GROUP_COLUMNS)

    def calls(self, customers: Customers = None, *, of_nobody: Collection[str] = ()) -> None:
        """SMRT's own last visits of `identifies`, and all events.

        of_nobody: also those of no customer that were loaded in the run's window, of these tables.
        """
        if has_last_visits(self.job):
            last_visit = {LAST_VISIT: self._traits(IDENTIFIES)[LAST_VISIT]}
            columns: dict[str, Kind] = {"user_id": "text"}
            self._stage("last_visits", IDENTIFIES, ("user_id",), last_visit, columns, customers)
        for table in EVENT_TABLES:
            if table.table in self.job.catalog.tables:
                values = properties(self.job.catalog.columns(table.table), table, self.job.run.settings)
                keys = ("id", "user_id", "name")
                since = self.job.run.loaded.start if table.table in of_nobody else None
                self._stage("events", table.table, keys, values, EVENT_COLUMNS, customers, since)

    def _traits(self, table: str) -> dict[str, Kind]:
        return traits(self.job.catalog.columns(table))

    def _stage(
        self,
        statement: str,
        table: str,
        keys: tuple[str, ...],
        values: Mapping[str, Kind],
        columns: Mapping[str, Kind],
        customers: Customers = None,
        nobodys_since: datetime | None = None,
    ) -> None:
        name = dataset(statement, table)
        if name not in self._writers:
            self._writers[name] = self.job.staging.writer(name)
        self.rows[table] += 0  # a table that is empty is read, too
        if customers is not None and customers.empty and nobodys_since is None:
            return
        whose = None if customers is None else "id" if table == USERS else "user_id"
        sql = over_rows(
            statement, self.job.catalog, table, keys, values, of_customers=whose, with_nobodys=nobodys_since is not None
        )
        some = {} if customers is None else {"customers": customers.tolist(), "nobodys_since": nobodys_since}
        given = self._parameters | some
        used = {name: value for name, value in given.items() if f":{name}" in sql.text}
        read = {**columns, **{VALUE + name: kind for name, kind in values.items()}}
        for chunk in stream(self.job.warehouse, sql, used, read):
            self._writers[name].write(without_forgotten(self.job, table, chunk, self._forgotten))
            self.rows[table] += chunk.num_rows
            log.info("%s: %s rows read", table, f"{self.rows[table]:,}")


def dataset(statement: str, table: str) -> str:
    """The name under which the rows of a table are staged."""
    return f"events/{table}" if statement == "events" else statement
