"""The staged rows of one bucket as the frames that the rules read."""

from __future__ import annotations

import pandas as pd

from smrt_startdeliver.plan.properties import VALUE
from smrt_startdeliver.stages.datasets import OUTGOING_DERIVED, OUTGOING_RAW
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


def evidence(job: Job, bucket: int) -> pd.DataFrame:
    """Accepted events that visits, lapses and traits are derived from: id, user_id, name, time, loaded_at."""
    names = {ORDER_CREATED, PICKUP_COMPLETED, NEW_CUSTOMER_SIGNUP}
    names |= {name for epoch in job.run.epochs for name in epoch.settings.visit_sources}
    frames = [accepted_events(job, _TABLES[name], bucket, _EVIDENCE, name=name) for name in sorted(names)]
    return pd.concat([_NO_EVIDENCE, *(frame for frame in frames if frame is not None)], ignore_index=True)


def orders(job: Job, bucket: int) -> pd.DataFrame | None:
    """Accepted Order Created rows: id, user_id, time, order_id, value (text); None where no amounts are known."""
    columns = job.catalog.columns(_TABLES[ORDER_CREATED])
    if "value" not in columns:
        return None
    wanted = [VALUE + name for name in ("order_id", "value") if name in columns]
    frame = accepted_events(job, _TABLES[ORDER_CREATED], bucket, ["id", "user_id", "time", *wanted])
    if frame is None:
        frame = _NO_EVIDENCE[["id", "user_id", "time"]].assign(value_value=pd.Series(dtype="str"))
    frame = frame.rename(columns=lambda name: name.removeprefix(VALUE))
    if "order_id" not in frame:
        frame["order_id"] = pd.Series(pd.NA, index=frame.index, dtype="str")
    # Money and numbers of orders arrive as text or as numbers (warehouse.md, Traps).
    return frame.astype({"order_id": "str", "value": "str"})


def users(job: Job, bucket: int) -> pd.DataFrame:
    """The rows of `users` that have an id: user_id, copies, row_hash, and the trait columns under their own names."""
    frame = job.staging.read(USERS, bucket)
    if frame is None:
        return pd.DataFrame({"user_id": pd.Series(dtype="str"), "copies": pd.Series(dtype="Int64")}).assign(
            row_hash=pd.Series(dtype="Int64")
        )
    return frame[frame["user_id"].notna()].rename(columns=lambda name: name.removeprefix(VALUE))


def customers_of_events(job: Job, bucket: int) -> pd.Series[str]:
    """The user ids of all accepted events before `end`, and of those that the run sends, each once."""
    frames = [
        accepted_events(job, table.table, bucket, ["user_id"])
        for table in EVENT_TABLES
        if table.table in job.catalog.tables
    ]
    outgoing = [chunk for name in (OUTGOING_DERIVED, OUTGOING_RAW) for chunk in job.staging.chunks(name, bucket)]
    ids = [frame["user_id"] for frame in (*frames, *outgoing) if frame is not None]
    return pd.concat(ids).drop_duplicates() if ids else pd.Series(dtype="str")


def late_customers(job: Job, seen: pd.DataFrame) -> pd.Series[str]:
    """The customers of whom evidence was loaded in the run's window; `seen` is their evidence."""
    names = {ORDER_CREATED} | {name for epoch in job.run.epochs for name in epoch.settings.visit_sources}
    fresh = (seen["loaded_at"] >= job.run.loaded.start) & (seen["loaded_at"] < job.run.loaded.end)
    return seen.loc[fresh & seen["name"].isin(names), "user_id"].drop_duplicates()


def events_ahead(job: Job, bucket: int) -> pd.DataFrame:
    """The accepted events at or after `end`, which count in later runs alone: user_id, time."""
    columns = ["user_id", "time", "reason"]
    frames = [_NO_EVIDENCE[["user_id", "time"]]]
    for table in EVENT_TABLES:
        if table.table in job.catalog.tables:
            for chunk in job.staging.chunks(f"events/{table.table}", bucket, columns):
                ahead = chunk["reason"].isna() & (chunk["time"] >= job.run.interval.end)
                frames.append(chunk.loc[ahead, ["user_id", "time"]])
    return pd.concat(frames, ignore_index=True)


def accepted_events(
    job: Job, table: str, bucket: int, columns: list[str], *, name: str | None = None
) -> pd.DataFrame | None:
    """The columns (as staged) of a table's accepted events before `end`, with a column `name` where it is given.

    None where the bucket has no row of the table.
    """
    chunks = [
        chunk.loc[chunk["reason"].isna() & (chunk["time"] < job.run.interval.end), columns]
        for chunk in job.staging.chunks(f"events/{table}", bucket, dict.fromkeys([*columns, "reason", "time"]))
    ]
    if not chunks:
        return None
    frame = pd.concat(chunks, ignore_index=True)
    return frame if name is None else frame.assign(name=pd.Series(name, index=frame.index, dtype="str"))
