"""What customers and users should hold: wanted records, staged for loading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from smrt_startdeliver.mapping.casts import FieldType, Kind
from smrt_startdeliver.mapping.customers import customers_by_call, merge_customers, wanted_customers
from smrt_startdeliver.mapping.document import EMAIL, ExternalField
from smrt_startdeliver.mapping.payload import COMPUTED_PREFIX, DERIVED_PREFIX, UNKNOWN
from smrt_startdeliver.mapping.records import Wanted, known_by_events, match_alone, tied_by_call, wanted_users
from smrt_startdeliver.plan.matching import match_fingerprints, shared_matches
from smrt_startdeliver.stages import history
from smrt_startdeliver.stages.accounts_moved import staged_accounts
from smrt_startdeliver.stages.columns import traits
from smrt_startdeliver.stages.datasets import (
    CUSTOMER_CANDIDATES,
    KEPT_PLANNED,
    LINKS,
    OUTGOING_DERIVED,
    OUTGOING_RAW,
    REJECTED_CANDIDATES,
    REJECTED_USERS,
    SHARED_MATCHES,
    SYNCED,
    TRAITS,
    WANTED,
)
from smrt_startdeliver.stages.group_calls import group_calls, said_by
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.moved import staged_moved
from smrt_startdeliver.stages.rejecting import keep, reject_values
from smrt_startdeliver.stages.renamed import keys_may_change
from smrt_startdeliver.staging import BucketWriter, bucket_of
from smrt_startdeliver.state.customers import holders_of
from smrt_startdeliver.vocabulary import DERIVED_TRAITS, USERS

AT_PATH = "at path: "
"""Begins the keys of users that events name at `segment_override_matching_field` and nobody else is."""


def plan_records(job: Job) -> None:
    """Stage the wanted customers and users, those users that are rejected, and the match values that several claim."""
    users, rejected = job.staging.writer(WANTED["user"]), job.staging.writer(REJECTED_USERS)
    candidates, rejected_candidates = map(job.staging.writer, (CUSTOMER_CANDIDATES, REJECTED_CANDIDATES))
    matches: list[npt.NDArray[np.int64]] = []
    links = job.staging.writer(LINKS)
    calls = _group_calls(job, rejected_candidates)
    kept = job.staging.writer(KEPT_PLANNED)
    by_call = customers_by_call(calls)
    of_customers: dict[str, FieldType] = {}
    for bucket in range(job.staging.buckets):
        rows = _with_traits(job, bucket)
        if job.run.syncs_customers:
            of_customers |= _candidates(job, rows, candidates, rejected_candidates)
        wanted = _wanted_users(job, bucket, rows, by_call) if job.run.syncs_users else _needed_users(job, bucket, rows)
        if keys_may_change(job):
            everybody = wanted if job.run.syncs_users else _wanted_users(job, bucket, rows, by_call)
            links.write(everybody.records[["key", "customer_key"]], by="key")
        _note_rejected(job, wanted, rejected)
        users.write(wanted.records, by="key")
        match = match_fingerprints(wanted.records)
        matches.append(match.to_numpy().astype(np.int64))
        if job.run.keeps_customers:
            kept.write(_kept(wanted.records, match))
    if not job.run.whole:
        matches.append(_matches_of_others(job, matches))
    at_path = _values_at_path(job)
    if len(at_path):
        users.write(_users_at_path(job, at_path, np.concatenate(matches)).records, by="key")
    shared = pd.DataFrame({"match": shared_matches(matches)})
    job.staging.writer(SHARED_MATCHES).write(shared.assign(user_id=""), by="user_id")
    if job.run.syncs_customers:
        _plan_customers(job, of_customers, calls)


def _kept(users: pd.DataFrame, match: pd.Series[int]) -> pd.DataFrame:
    keys = users["customer_key"].mask(users["customer_key"] == UNKNOWN)
    return pd.DataFrame({"user_id": users["key"], "customer_key": keys, "match": match})


def _matches_of_others(job: Job, matches: Sequence[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    """Which of these are also matches of users whom the run does not look at; each once."""
    holders = holders_of(job.state, np.unique(np.concatenate(matches)).tolist())
    others = holders[~holders["user_id"].isin(staged_moved(job)["user_id"])]
    return others["match"].unique().astype(np.int64)


def _with_traits(job: Job, bucket: int) -> pd.DataFrame:
    """The rows of `users` with the derived and computed traits beside SMRT's own."""
    rows = history.users(job, bucket)
    derived = job.staging.read(TRAITS, bucket)
    if derived is None:
        return rows
    known = [trait for trait in DERIVED_TRAITS if trait in derived]
    rows = rows.merge(derived[["user_id", *known]].rename(columns={t: DERIVED_PREFIX + t for t in known}), on="user_id")
    return _with_computed(job, bucket, rows)


def _with_computed(job: Job, bucket: int, rows: pd.DataFrame) -> pd.DataFrame:
    """Customers (user_id, ...) with the computed traits and audiences that are synced."""
    computed = job.staging.read(SYNCED, bucket)
    if computed is None:
        return rows
    names = {name: f"{COMPUTED_PREFIX}{name}" for name in computed if name != "user_id"}
    return rows.merge(computed.rename(columns=names), on="user_id", how="left")


def _wanted_users(job: Job, bucket: int, rows: pd.DataFrame, by_call: pd.Series[str]) -> Wanted:
    """Everybody: those with a row in `users`, and those of whom there are only events."""
    seen = history.customers_of_events(job, bucket)
    only_events = seen[~seen.isin(rows["user_id"])].reset_index(drop=True)
    if job.run.syncs_users:
        _note_user_rows(job, bucket)
        job.fates.add("users", "extracted", len(only_events))
    document, settings = job.run.document, job.run.settings
    everybody = wanted_users(rows, _kinds(job, USERS), document, settings)
    if len(only_events):
        others = _with_computed(job, bucket, pd.DataFrame({"user_id": only_events}))
        everybody = _both(everybody, known_by_events(others, document, settings))
    return tied_by_call(everybody, by_call)


def _needed_users(job: Job, bucket: int, rows: pd.DataFrame) -> Wanted:
    """Those to whom an event of this run goes, by the match field alone (semantics.md, What a run sends)."""
    outgoing = [
        chunk["user_id"] for name in (OUTGOING_DERIVED, OUTGOING_RAW) for chunk in job.staging.chunks(name, bucket)
    ]
    needed = pd.concat([pd.Series(dtype="str"), *outgoing]).drop_duplicates()
    job.fates.add("users", "extracted", len(needed))
    document, settings = job.run.document, job.run.settings
    known = wanted_users(rows[rows["user_id"].isin(needed)], _kinds(job, USERS), document, settings)
    only_events = needed[~needed.isin(rows["user_id"])].reset_index(drop=True)
    whole = _both(known, match_alone(only_events, document, settings))
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


def _values_at_path(job: Job) -> pd.Series[str]:
    """What the events that are sent say at `segment_override_matching_field`, each once."""
    chunks = [
        chunk["at_path"].dropna()
        for bucket in range(job.staging.buckets)
        for chunk in job.staging.chunks(OUTGOING_RAW, bucket)
    ]
    values: pd.Series[str] = pd.concat([pd.Series(dtype="str"), *chunks]).drop_duplicates()
    return values[values != ""]


def _users_at_path(job: Job, values: pd.Series[str], known: Any) -> Wanted:
    """Users with these values that nobody else is, by the match field alone; `known`: the matches of all others."""
    wanted = match_at_path(job, values)
    match = match_fingerprints(wanted.records)
    new = ~match.isin(known) & ~match.isin(
        _matches_of_others(job, [match.to_numpy().astype(np.int64)]) if not job.run.whole else []
    )
    records = wanted.records[new].assign(key=lambda found: AT_PATH + found["key"])
    job.fates.add("users", "extracted", len(records))
    return Wanted(records, wanted.types, wanted.rejections)


def match_at_path(job: Job, values: pd.Series[str]) -> Wanted:
    """The users that values at the override path match, the value being each one's key."""
    by_value = job.run.document.model_copy(update={"external_matching_field": ExternalField(field="userId")})
    return match_alone(values.reset_index(drop=True), by_value, job.run.settings)


def _note_user_rows(job: Job, bucket: int) -> None:
    for chunk in job.staging.chunks(USERS, bucket):
        job.fates.add("users", "extracted", chunk["copies"].sum())
        job.fates.add("users", "skipped", (chunk["copies"] - 1).sum(), "duplicate")
        job.fates.add("users", "rejected", chunk["user_id"].isna().sum(), "no_id")


def _note_rejected(job: Job, wanted: Wanted, writer: BucketWriter) -> None:
    of_record = wanted.rejections["field"].isna()
    rejected = wanted.rejections[of_record]
    for reason, count in rejected["reason"].value_counts().items():
        job.fates.add("users", "rejected", int(count), str(reason))
    keep(job, "users", rejected.assign(field=""))
    reject_values(job, "users", wanted.rejections[~of_record])
    writer.write(rejected[["key", "reason"]], by="key")


def _candidates(job: Job, rows: pd.DataFrame, writer: BucketWriter, rejected: BucketWriter) -> Mapping[str, FieldType]:
    """Stage what rows of `users` say of customers; the types of the fields that they fill."""
    found = wanted_customers(rows, _kinds(job, USERS), job.run.document, job.run.settings)
    _note_candidates(job, found, len(rows), rejected)
    writer.write(found.records, by="key")
    return found.types


def _note_candidates(job: Job, found: Wanted, rows: int, rejected: BucketWriter) -> None:
    """Account for rows that speak of customers; those that name one are accounted for once they are merged."""
    of_row = found.rejections["field"].isna()
    job.fates.add("customers", "extracted", rows)
    job.fates.add("customers", "skipped", len(found.skipped), "no_customer_key")
    for reason, count in found.rejections.loc[of_row, "reason"].value_counts().items():
        job.fates.add("customers", "rejected", int(count), str(reason))
    rejected.write(found.rejections.loc[of_row, ["key", "fingerprint"]], by="key")
    reject_values(job, "customers", found.rejections[~of_row])


def _plan_customers(job: Job, by_users: Mapping[str, FieldType], calls: Wanted) -> None:
    """Merge what users and Group calls say of each customer; `by_users`: the types of the fields that users fill."""
    document, settings = job.run.document, job.run.settings
    nobody = wanted_customers(history.users(job, 0).iloc[:0], _kinds(job, USERS), document, settings)
    nobody = replace(nobody, types={**nobody.types, **by_users})
    writer = job.staging.writer(WANTED["customer"])
    for bucket in range(job.staging.buckets):
        said = job.staging.read(CUSTOMER_CANDIDATES, bucket)
        users = nobody if said is None else replace(nobody, records=said)
        mine = replace(calls, records=calls.records[bucket_of(calls.records["key"], job.staging.buckets) == bucket])
        merged = merge_customers(users, mine)
        merged_away = len(users.records) + len(mine.records) - len(merged.records)
        job.fates.add("customers", "skipped", merged_away, "same_customer")
        writer.write(merged.records, by="key")


def _group_calls(job: Job, rejected: BucketWriter) -> Wanted:
    """What Group calls say of the customers that the run looks at."""
    calls = group_calls(job)
    everything = said_by(job, calls)
    looked_at = everything.records["key"].isin(staged_accounts(job)) | job.run.whole
    found = replace(everything, records=everything.records[looked_at])
    if job.run.syncs_customers:
        job.fates.add("customers", "extracted", (calls["copies"] - 1).sum())
        job.fates.add("customers", "skipped", (calls["copies"] - 1).sum(), "duplicate")
        _note_candidates(job, found, len(calls) - int((~looked_at).sum()), rejected)
    return found


def _kinds(job: Job, table: str) -> dict[str, Kind]:
    return traits(job.catalog.columns(table))


def _both(first: Wanted, second: Wanted) -> Wanted:
    return Wanted(
        pd.concat([first.records, second.records], ignore_index=True),
        {**second.types, **first.types},
        pd.concat([first.rejections, second.rejections], ignore_index=True),
    )
