"""Accounts that may have changed their key: found before anything is compared, so that no second one is made unseen."""

from __future__ import annotations

import logging

import pandas as pd

from smrt_startdeliver.mapping.records import UNKNOWN
from smrt_startdeliver.plan.renamed import moved, renamed
from smrt_startdeliver.plan.vanished import key_hashes, sorted_hashes
from smrt_startdeliver.stages.datasets import RENAMED, WANTED
from smrt_startdeliver.stages.job import Job

log = logging.getLogger(__name__)

_LINKS = {"key": "str", "customer_key": "str"}
_TIED = {"key": "str", "created_here": "bool"}
_NONE = {"old": "str", "new": "str", "created_here": "bool"}


def find_renamed(job: Job) -> None:
    """Stage `renamed`: the customers whose users all name another key now, which Startdeliver has no customer of.

    Not where a customer goes by the user's own id, which never changes, and not in a forced run: then the second
    customer is meant.
    """
    match = job.run.document.customer_match
    writer = job.staging.writer(RENAMED)
    if not (job.run.syncs_customers and job.run.syncs_users) or match is None or match.path.root == "userId":
        return
    if job.run.force:
        return
    pairs, named = [], []
    for bucket in range(job.staging.buckets):
        for chunk in job.staging.chunks(WANTED["user"], bucket, ["key", "customer_key"]):
            pairs.append(moved(chunk, job.state.frame_of_keys("customer_keys", _LINKS, chunk["key"])))
            keys = chunk["customer_key"]
            named.append(key_hashes(keys[keys.notna() & (keys != UNKNOWN)]))
    if not pairs:
        return
    every = pd.concat(pairs).drop_duplicates(ignore_index=True)
    tied = job.state.frame_of_keys("tied_customers", _TIED, pd.concat([every["old"], every["new"]]).unique())
    found = renamed(every, sorted_hashes(named), tied)
    writer.write(found, by="new")
    if len(found):
        log.warning("%s customers seem to have changed their key: see `key_changed` in the README", f"{len(found):,}")


def renamed_customers(job: Job) -> pd.DataFrame:
    """What `find_renamed` staged: old, new (str), created_here (bool); by the new key. They are few."""
    chunks = [chunk for bucket in range(job.staging.buckets) for chunk in job.staging.chunks(RENAMED, bucket)]
    nothing = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in _NONE.items()})
    return pd.concat([nothing, *chunks], ignore_index=True).set_index("new", drop=False)
