"""Which customers (accounts) of Startdeliver may have moved: those that a moved user belongs to, or did.

An account is made of what all of its users and Group calls say, so all of its users have to be looked at with it.
"""

from __future__ import annotations

import pandas as pd

from smrt_startdeliver.mapping.customers import customers_by_call, wanted_customers
from smrt_startdeliver.mapping.payload import UNKNOWN
from smrt_startdeliver.stages.columns import traits
from smrt_startdeliver.stages.datasets import ACCOUNTS_MOVED
from smrt_startdeliver.stages.group_calls import group_calls, said_by
from smrt_startdeliver.stages.history import History
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.state.customers import kept
from smrt_startdeliver.vocabulary import USERS

_KEYS = {"key": "str"}
_LINKS = {"key": "str", "customer_key": "str"}


def accounts_moved(job: Job, moved: pd.Series[str]) -> pd.Series[str]:
    """The keys of those accounts, each once; the rows of `users` of who moved, and all Group calls, are staged."""
    document, settings = job.run.document, job.run.settings
    if document.customer_match is None:
        return pd.Series(dtype="str")
    kinds = traits(job.catalog.columns(USERS))
    keys = [
        wanted_customers(History(job, bucket).users, kinds, document, settings).records["key"]
        for bucket in range(job.staging.buckets)
    ]
    calls = group_calls(job)
    said = said_by(job, calls)
    by_call = customers_by_call(said)
    # Of who moved any call may be new; those of nobody move nobody, and are known by when they were loaded.
    of_nobody = calls["user_id"].isna() & ~(calls["loaded_at"] < job.run.loaded.start)
    fresh = calls.loc[of_nobody | calls["user_id"].isin(moved), "id"]
    keys += [
        by_call[by_call.index.isin(moved)],
        said.records.loc[said.records["id"].isin(fresh), "key"],
        kept(job.state, moved)["customer_key"],
        job.state.frame_of_keys("customer_keys", _LINKS, moved)["customer_key"],
        job.state.frame("customers/waiting_accounts", _KEYS)["key"],
    ]
    found: pd.Series[str] = pd.concat(keys).dropna().drop_duplicates().astype("str")
    return found[found != UNKNOWN].reset_index(drop=True)


def staged_accounts(job: Job) -> pd.Series[str]:
    """The accounts that may have moved, of a run that looks at no others."""
    chunks = [chunk for bucket in range(job.staging.buckets) for chunk in job.staging.chunks(ACCOUNTS_MOVED, bucket)]
    return pd.concat([pd.Series(dtype="str"), *(chunk["key"] for chunk in chunks)], ignore_index=True)
