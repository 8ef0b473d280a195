"""Accounts that may have changed their key: found before anything is compared, so that no second one is made unseen."""

from __future__ import annotations

import logging

import pandas as pd

from smrt_startdeliver.plan.renamed import from_tied_to_untied, moved, named, renamed
from smrt_startdeliver.plan.vanished import is_among, key_hashes, sorted_hashes
from smrt_startdeliver.stages.datasets import CUSTOMER_CANDIDATES, FORMER_KEYS, LINKS, RENAMED
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.moved import staged_moved
from smrt_startdeliver.state.customers import users_of

log = logging.getLogger(__name__)

_LINKS = {"key": "str", "customer_key": "str"}
_TIED = {"key": "str", "vanished": "bool"}
_KEYS = {"key": "str"}
_NONE = pd.DataFrame({"old": [], "new": []}, dtype="str")


def keys_may_change(job: Job) -> bool:
    """Whether the run syncs customers whose key can change: not where they go by a user's own id."""
    match = job.run.document.customer_match
    return job.run.syncs_customers and match is not None and match.path.root != "userId"


def find_renamed(job: Job) -> None:
    """Stage `renamed` and `former_keys`: the customers whose users all name a key now that no customer is tied by.

    A run that is forced finds none renamed: then the second customer is meant.
    """
    if not keys_may_change(job):
        return
    pairs, hashes = [_NONE], []
    for bucket in range(job.staging.buckets):
        # Users that are rejected are in no link, and name their customer all the same.
        hashes += [key_hashes(chunk["key"]) for chunk in job.staging.chunks(CUSTOMER_CANDIDATES, bucket, ["key"])]
        for links in job.staging.chunks(LINKS, bucket):
            remembered = job.state.frame_of_keys("customer_keys", _LINKS, links["key"])
            hashes.append(key_hashes(named(links, remembered)))
            pairs.append(_from_tied_to_untied(job, moved(links, remembered)))
    before = job.state.frame("former_keys", _KEYS)["key"]
    if not job.run.whole:
        hashes.append(key_hashes(_named_by_others(job, before)))
    every_named = sorted_hashes(hashes)
    found = _NONE if job.run.force else renamed(pd.concat(pairs), every_named)
    former = pd.concat([found["old"], before[~is_among(before, every_named)]]).drop_duplicates()
    job.staging.writer(RENAMED).write(found, by="new")
    job.staging.writer(FORMER_KEYS).write(pd.DataFrame({"key": former}), by="key")
    if len(found):
        log.warning(
            "%s customers seem to have changed their key: see `key_changed` in docs/reasons.md",
            f"{found['new'].nunique():,}",
        )


def _named_by_others(job: Job, keys: pd.Series[str]) -> pd.Series[str]:
    """Which of these keys are named by users whom the run does not look at. Whoever names a key that a user left is
    looked at with that user."""
    named_by = users_of(job.state, keys)
    return named_by.loc[~named_by["user_id"].isin(staged_moved(job)["user_id"]), "customer_key"]


def renamed_customers(job: Job, bucket: int) -> dict[str, frozenset[str]]:
    """The customers of a bucket that others seem to have become: by their new key the keys of those."""
    found = pd.concat([_NONE, *job.staging.chunks(RENAMED, bucket)])
    return {str(new): frozenset(old) for new, old in found.groupby("new")["old"]}


def without_former_keys(job: Job, bucket: int, customers: pd.DataFrame) -> pd.DataFrame:
    """The wanted customers of a bucket but for former keys, by which old Group calls still name an account."""
    former = job.staging.read(FORMER_KEYS, bucket)
    if former is None:
        return customers
    under_former_key = customers["key"].isin(former["key"])
    job.fates.add("customers", "skipped", int(under_former_key.sum()), "same_customer")
    return customers[~under_former_key]


def _from_tied_to_untied(job: Job, pairs: pd.DataFrame) -> pd.DataFrame:
    keys = pd.concat([pairs["old"], pairs["new"]]).drop_duplicates()
    return from_tied_to_untied(pairs, job.state.frame_of_keys("tied_customers", _TIED, keys))
