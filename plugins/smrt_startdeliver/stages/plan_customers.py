"""What customers should hold: what users and Group calls say of each, merged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from smrt_startdeliver.mapping.casts import FieldType
from smrt_startdeliver.mapping.customers import merge_customers, wanted_customers
from smrt_startdeliver.mapping.records import Wanted
from smrt_startdeliver.stages.accounts_moved import staged_accounts
from smrt_startdeliver.stages.columns import traits
from smrt_startdeliver.stages.datasets import CUSTOMER_CANDIDATES, WANTED
from smrt_startdeliver.stages.group_calls import group_calls, said_by
from smrt_startdeliver.stages.history import History
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.rejecting import reject_values
from smrt_startdeliver.staging import BucketWriter, bucket_of
from smrt_startdeliver.vocabulary import USERS


def said_by_calls(job: Job, rejected: BucketWriter) -> Wanted:
    """What Group calls say of the customers that the run looks at."""
    calls = group_calls(job)
    everything = said_by(job, calls)
    looked_at = everything.records["key"].isin(staged_accounts(job)) | job.run.whole
    found = replace(everything, records=everything.records[looked_at])
    if job.run.syncs_customers:
        job.fates.add("customers", "extracted", (calls["copies"] - 1).sum())
        job.fates.add("customers", "skipped", (calls["copies"] - 1).sum(), "duplicate")
        _note(job, found, len(calls) - int((~looked_at).sum()), rejected)
    return found


def stage_said_by_users(
    job: Job, rows: pd.DataFrame, writer: BucketWriter, rejected: BucketWriter
) -> Mapping[str, FieldType]:
    """Stage what rows of `users` say of customers; the types of the fields that they fill."""
    found = _wanted(job, rows)
    _note(job, found, len(rows), rejected)
    writer.write(found.records, by="key")
    return found.types


def plan_customers(job: Job, by_users: Mapping[str, FieldType], calls: Wanted) -> None:
    """Merge what users and Group calls say of each customer; `by_users`: the types of the fields that users fill."""
    nobody = _wanted(job, History(job, 0).users.iloc[:0])
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


def _wanted(job: Job, rows: pd.DataFrame) -> Wanted:
    return wanted_customers(rows, traits(job.catalog.columns(USERS)), job.run.document, job.run.settings)


def _note(job: Job, found: Wanted, rows: int, rejected: BucketWriter) -> None:
    """Account for rows that speak of customers; those that name one are accounted for once they are merged."""
    of_row = found.rejections["field"].isna()
    job.fates.add("customers", "extracted", rows)
    job.fates.add("customers", "skipped", len(found.skipped), "no_customer_key")
    for reason, count in found.rejections.loc[of_row, "reason"].value_counts().items():
        job.fates.add("customers", "rejected", int(count), str(reason))
    rejected.write(found.rejections.loc[of_row, ["key", "fingerprint"]], by="key")
    reject_values(job, "customers", found.rejections[~of_row])
