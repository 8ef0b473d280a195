"""The staged rows of one bucket as the frames that the rules read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import pandas as pd

from smrt_startdeliver.plan.properties import VALUE
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.vocabulary import EVENT_TABLES, NEW_CUSTOMER_SIGNUP, ORDER_CREATED, PICKUP_COMPLETED, USERS

_EVIDENCE = ["id", "user_id", "name", "time", "loaded_at"]
_NO_EVIDENCE = pd.DataFrame(
    {
        "id": pd.Series(dtype="str"),
        "user_id": pd.Series(dtype="str"),
        "name": pd.Series(dtype="str"),
        "time": pd.Series(dtype="datetime64[us, UTC]"),
        "loaded_at": pd.Series(dtype="datetime64[us, UTC]"),
    }
)
_TABLES = {table.name: table.table for table in EVENT_TABLES if table.name is not None}


class History:
    """What of a bucket's customers is staged. Whatever asks for it, each column of each table is read once."""

    def __init__(self, job: Job, bucket: int) -> None:
        self._job = job
        self.bucket = bucket
        self._read: dict[str, pd.DataFrame | None] = {}

    @cached_property
    def user_rows(self) -> pd.DataFrame | None:
        """The rows of `users` as staged, those without an id, too; None where the bucket has none."""
        return self._job.staging.read(USERS, self.bucket)

    @cached_property
    def users(self) -> pd.DataFrame:
        """The rows of `users` that have an id: user_id, copies, row_hash, and the trait columns by their own names."""
        frame = self.user_rows
        if frame is None:
            return pd.DataFrame({"user_id": pd.Series(dtype="str"), "copies": pd.Series(dtype="Int64")}).assign(
                row_hash=pd.Series(dtype="Int64")
            )
        return frame[frame["user_id"].notna()].rename(columns=lambda name: name.removeprefix(VALUE))

    @cached_property
    def evidence(self) -> pd.DataFrame:
        """Accepted events that visits, lapses and traits are derived from: id, user_id, name, time, loaded_at."""
        names = {ORDER_CREATED, PICKUP_COMPLETED, NEW_CUSTOMER_SIGNUP}
        names |= {name for epoch in self._job.run.epochs for name in epoch.settings.visit_sources}
        frames = []
        for name in sorted(names):
            events = self.accepted(_TABLES[name], _EVIDENCE)
            if events is not None:
                frames.append(events.assign(name=pd.Series(name, index=events.index, dtype="str")))
        return pd.concat([_NO_EVIDENCE, *frames], ignore_index=True)

    @cached_property
    def orders(self) -> pd.DataFrame | None:
        """Accepted Order Created rows: id, user_id, time, order_id, value (text); None where no amounts are known."""
        columns = self._job.catalog.columns(_TABLES[ORDER_CREATED])
        if "value" not in columns:
            return None
        wanted = [VALUE + name for name in ("order_id", "value") if name in columns]
        frame = self.accepted(_TABLES[ORDER_CREATED], ["id", "user_id", "time", *wanted])
        if frame is None:
            frame = _NO_EVIDENCE[["id", "user_id", "time"]].assign(value_value=pd.Series(dtype="str"))
        frame = frame.rename(columns=lambda name: name.removeprefix(VALUE))
        if "order_id" not in frame:
            frame["order_id"] = pd.Series(pd.NA, index=frame.index, dtype="str")
        # Money and numbers of orders arrive as text or as numbers (warehouse.md, Traps).
        return frame.astype({"order_id": "str", "value": "str"})

    @cached_property
    def customers_of_events(self) -> pd.Series[str]:
        """The user ids of all accepted events before `end`, each once."""
        frames = [self.accepted(table, ["user_id"]) for table in self._event_tables]
        ids = [frame["user_id"] for frame in frames if frame is not None]
        everybody: pd.Series[str] = pd.concat([_NO_EVIDENCE["user_id"], *ids])
        return everybody.drop_duplicates()

    @cached_property
    def events_ahead(self) -> pd.DataFrame:
        """The accepted events at or after `end`, which count in later runs alone: user_id, time."""
        frames = [_NO_EVIDENCE[["user_id", "time"]]]
        for table in self._event_tables:
            rows = self._rows(table, ["user_id", "time", "reason"])
            if rows is not None:
                ahead = rows["reason"].isna() & (rows["time"] >= self._job.run.interval.end)
                frames.append(rows.loc[ahead, ["user_id", "time"]])
        return pd.concat(frames, ignore_index=True)

    def accepted(self, table: str, columns: Sequence[str]) -> pd.DataFrame | None:
        """The columns (as staged) of a table's accepted events before `end`; None where the bucket has no row of it."""
        rows = self._rows(table, [*columns, "reason", "time"])
        if rows is None:
            return None
        wanted = rows["reason"].isna() & (rows["time"] < self._job.run.interval.end)
        return rows.loc[wanted, list(columns)].reset_index(drop=True)

    @property
    def _event_tables(self) -> list[str]:
        return [table.table for table in EVENT_TABLES if table.table in self._job.catalog.tables]

    def _rows(self, table: str, columns: Sequence[str]) -> pd.DataFrame | None:
        """At least these columns of a table of events; what was read before is not read again."""
        held = self._read.get(table, pd.DataFrame())
        if held is None:
            return None
        missing = [column for column in dict.fromkeys(columns) if column not in held]
        if missing:
            chunks = list(self._job.staging.chunks(f"events/{table}", self.bucket, missing))
            read = pd.concat(chunks, ignore_index=True) if chunks else None
            held = read if read is None or held.empty else pd.concat([held, read], axis="columns")
            self._read[table] = held
        return held
