"""What the users of a bucket should hold, and which of them are no users of Startdeliver."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from smrt_startdeliver.mapping.document import EMAIL
from smrt_startdeliver.mapping.payload import COMPUTED_PREFIX, DERIVED_PREFIX
from smrt_startdeliver.mapping.records import Wanted, known_by_events, match_alone, tied_by_call, wanted_users
from smrt_startdeliver.stages.columns import traits
from smrt_startdeliver.stages.datasets import OUTGOING_DERIVED, OUTGOING_RAW, SYNCED, TRAITS
from smrt_startdeliver.stages.history import History
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.rejecting import keep, reject_values
from smrt_startdeliver.staging import BucketWriter
from smrt_startdeliver.vocabulary import DERIVED_TRAITS, USERS


def rows_with_traits(job: Job, history: History) -> pd.DataFrame:
    """The rows of `users` with the derived and computed traits beside SMRT's own."""
    rows = history.users
    derived = job.staging.read(TRAITS, history.bucket)
    if derived is None:
        return rows
    known = [trait for trait in DERIVED_TRAITS if trait in derived]
    rows = rows.merge(derived[["user_id", *known]].rename(columns={t: DERIVED_PREFIX + t for t in known}), on="user_id")
    return _with_computed(job, history.bucket, rows)


def everybody(job: Job, history: History, rows: pd.DataFrame, by_call: pd.Series[str]) -> Wanted:
    """Those with a row in `users` (with traits), and those of whom there are only events."""
    seen = pd.concat([history.customers_of_events, *_of_outgoing(job, history.bucket)]).drop_duplicates()
    only_events = seen[~seen.isin(rows["user_id"])].reset_index(drop=True)
    if job.run.syncs_users:
        _note_rows(job, history)
        job.fates.add("users", "extracted", len(only_events))
    document, settings = job.run.document, job.run.settings
    wanted = wanted_users(rows, traits(job.catalog.columns(USERS)), document, settings)
    if len(only_events):
        others = _with_computed(job, history.bucket, pd.DataFrame({"user_id": only_events}))
        wanted = _both(wanted, known_by_events(others, document, settings))
    return tied_by_call(wanted, by_call)


def needed_by_events(job: Job, history: History, rows: pd.DataFrame) -> Wanted:
    """Those to whom an event of this run goes, by the match field alone (semantics.md, What a run sends)."""
    needed = pd.concat([pd.Series(dtype="str"), *_of_outgoing(job, history.bucket)]).drop_duplicates()
    job.fates.add("users", "extracted", len(needed))
    document, settings = job.run.document, job.run.settings
    known = rows[rows["user_id"].isin(needed)]
    only_events = needed[~needed.isin(rows["user_id"])].reset_index(drop=True)
    whole = _both(
        wanted_users(known, traits(job.catalog.columns(USERS)), document, settings),
        match_alone(only_events, document, settings),
    )
    matched = [
        name
        for name in ("key", "match_field", "match_value", document.user_match.field, EMAIL)
        if name in whole.records
    ]
    records = whole.records[matched].copy()
    for alias in {document.user_match.field, EMAIL} & set(matched):
        records[alias] = records[alias].where(records["match_field"] == alias)
    of_records = whole.rejections[whole.rejections["field"].isna()]
    return Wanted(records, whole.types, of_records)


def note_rejected(job: Job, wanted: Wanted, writer: BucketWriter) -> None:
    """Give rejected users their fate, and stage who they are; remember what of others is rejected."""
    of_record = wanted.rejections["field"].isna()
    rejected = wanted.rejections[of_record]
    for reason, count in rejected["reason"].value_counts().items():
        job.fates.add("users", "rejected", int(count), str(reason))
    keep(job, "users", rejected.assign(field=""))
    reject_values(job, "users", wanted.rejections[~of_record])
    writer.write(rejected[["key", "reason"]], by="key")


def _with_computed(job: Job, bucket: int, rows: pd.DataFrame) -> pd.DataFrame:
    """Customers (user_id, ...) with the computed traits and audiences that are synced."""
    computed = job.staging.read(SYNCED, bucket)
    if computed is None:
        return rows
    names = {name: f"{COMPUTED_PREFIX}{name}" for name in computed if name != "user_id"}
    return rows.merge(computed.rename(columns=names), on="user_id", how="left")


def _of_outgoing(job: Job, bucket: int) -> Iterator[pd.Series[str]]:
    """The user ids of the events that the run sends."""
    for name in (OUTGOING_DERIVED, OUTGOING_RAW):
        for chunk in job.staging.chunks(name, bucket, ["user_id"]):
            yield chunk["user_id"]


def _note_rows(job: Job, history: History) -> None:
    rows = history.user_rows
    if rows is not None:
        job.fates.add("users", "extracted", rows["copies"].sum())
        job.fates.add("users", "skipped", (rows["copies"] - 1).sum(), "duplicate")
        job.fates.add("users", "rejected", rows["user_id"].isna().sum(), "no_id")


def _both(first: Wanted, second: Wanted) -> Wanted:
    return Wanted(
        pd.concat([first.records, second.records], ignore_index=True),
        {**second.types, **first.types},
        pd.concat([first.rejections, second.rejections], ignore_index=True),
    )
