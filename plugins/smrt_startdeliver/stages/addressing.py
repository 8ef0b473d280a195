"""Which user of Startdeliver an event goes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from smrt_startdeliver.send.reasons import OF_STARTDELIVER, Rejection
from smrt_startdeliver.stages.datasets import HELD_USERS, REFUSED, REJECTED_USERS
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.users_at_path import match_at_path
from smrt_startdeliver.staging import bucket_of

_RECORD = {"key": "str", "startdeliver_id": "Int64", "match_field": "str", "match_value": "str"}

_UNTIL_TAKEN = OF_STARTDELIVER | {"parked"}
"""A user for one of these reasons is not there now: its events wait for it."""

Address = tuple[str, str]
"""match_field and match_value (canonical text) of a user that Startdeliver has."""


@dataclass(frozen=True)
class Addressing:
    """The users that a batch of events may go to: by customer, by the value at the override path; and who has none."""

    customers: Mapping[str, Address]
    at_path: Mapping[str, Address]
    rejected: Mapping[str, str]
    allow_user_id_fallback: bool

    def address(self, user_id: str, at_path: str | None) -> Address | Rejection:
        """Where an event goes, or why it cannot go anywhere (startdeliver-api.md, rules 1, 2 and 7)."""
        if at_path:
            return self.at_path.get(at_path) or Rejection("no_user")
        if at_path == "" and not self.allow_user_id_fallback:
            return Rejection("no_match_value")
        if user_id in self.customers:
            return self.customers[user_id]
        reason = self.rejected.get(user_id, "no_user")
        return Rejection("user_refused" if reason in _UNTIL_TAKEN else reason)


def addressing(job: Job, events: pd.DataFrame) -> Addressing:
    """The addresses of a batch: user_id and at_path are read of it."""
    users = job.state.frame_of_keys("records", _RECORD, events["user_id"].unique(), entity="user")
    rejected = {
        key: reason
        for bucket in bucket_of(events["user_id"], job.staging.buckets).unique()
        for dataset in (REJECTED_USERS, HELD_USERS, REFUSED["user"])
        for chunk in job.staging.chunks(dataset, bucket)
        for key, reason in zip(chunk["key"], chunk["reason"], strict=True)
    }
    customers = _tied(users)
    if job.run.dry_run:  # who is not rejected would have been created by now
        customers |= {
            key: ("", "") for key in events["user_id"].unique() if key not in rejected and key not in customers
        }
    return Addressing(customers, _at_path(job, events), rejected, job.run.settings.allow_user_id_fallback)


def _at_path(job: Job, events: pd.DataFrame) -> dict[str, Address]:
    values = events["at_path"].dropna().drop_duplicates()
    wanted = match_at_path(job, values[values != ""]).records
    addresses = {
        value: (field, match)
        for value, field, match in zip(wanted["key"], wanted["match_field"], wanted["match_value"], strict=True)
    }
    if job.run.dry_run or not addresses:
        return addresses
    tied = job.state.frame_of_keys(
        "users_by_match", _RECORD, wanted["match_value"], match_field=wanted["match_field"].iloc[0]
    )
    ready = set(_tied(tied).values())
    return {value: address for value, address in addresses.items() if address in ready}


def _tied(users: pd.DataFrame) -> dict[str, Address]:
    tied = users[users["startdeliver_id"].notna()]
    return {
        key: (field, value)
        for key, field, value in zip(tied["key"], tied["match_field"], tied["match_value"], strict=True)
    }
