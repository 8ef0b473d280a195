"""Compare what customers and users should hold with what was acknowledged: stage those that differ, and no others."""

from __future__ import annotations

import logging
from collections import Counter

import pandas as pd

from smrt_startdeliver.cells import as_rows
from smrt_startdeliver.engage.declared import fields_of
from smrt_startdeliver.mapping.document import Entity
from smrt_startdeliver.mapping.records import CUSTOMER_LINK, UNKNOWN
from smrt_startdeliver.plan.fingerprints import record_fingerprints
from smrt_startdeliver.plan.matching import match_fingerprints
from smrt_startdeliver.plan.records import AtRest, changed_fields
from smrt_startdeliver.stages.accounts_moved import staged_accounts
from smrt_startdeliver.stages.datasets import DIFFERING, HELD_USERS, NAMES, NO_FIELDS, SHARED_MATCHES, WANTED
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.moved import staged_moved
from smrt_startdeliver.stages.rejecting import keep
from smrt_startdeliver.stages.renamed import renamed_customers, without_former_keys
from smrt_startdeliver.startdeliver.wire import PAGE_SIZE
from smrt_startdeliver.state.customers import kept_totals, measures_of_basis

log = logging.getLogger(__name__)

_ACKNOWLEDGED = {"key": "str", "startdeliver_id": "Int64", "fingerprint": "Int64", "vanished": "boolean"}
_KEYS = {"key": "str"}
_REFUSALS = {"key": "str", "fingerprint": "int64", "parked": "bool"}
_BESIDE = frozenset({"now", "startdeliver_id", "fingerprint", "vanished"})
_MATCH_NOT_UNIQUE = "match_not_unique"
_PARKED = "parked"


def compare(job: Job) -> None:
    """Stage `differing/<entity>` for both entities, and measure the change for the guards."""
    for entity in ("customer", "user"):
        _Comparison(job, entity).compare()


def is_synced(job: Job, entity: Entity) -> bool:
    """Whether the run updates records of the entity; else it only creates users where an event needs one."""
    return job.run.syncs_users if entity == "user" else job.run.syncs_customers


def with_customer_ids(job: Job, users: pd.DataFrame) -> pd.DataFrame:
    """Users with the id of their customer in Startdeliver; where it has none (yet), nothing is said of it."""
    keys = users["customer_key"]
    named = keys[keys.notna() & (keys != UNKNOWN)].drop_duplicates()
    customers = job.state.frame_of_keys("records", _ACKNOWLEDGED, named, entity="customer")
    ids = customers.dropna(subset=["startdeliver_id"]).set_index("key")["startdeliver_id"].astype("str")
    found = keys.map(ids).astype("str")
    return users.assign(**{CUSTOMER_LINK: found.where(found.notna() | keys.isna(), UNKNOWN)})


def aliases_of(records: pd.DataFrame) -> list[str]:
    """The columns of wanted records that are fields of Startdeliver."""
    return [str(column) for column in records if column not in NO_FIELDS]


def at_rest(job: Job, entity: Entity) -> AtRest:
    """The value at rest of each field that is computed; None where it has none but null."""
    return {alias: one.at_rest for alias, one in fields_of(job.run.document, job.run.declared, entity).items()}


def beside_acknowledged(job: Job, entity: Entity, wanted: pd.DataFrame) -> pd.DataFrame:
    """Wanted records with their link, what they are now (`now`, a fingerprint), and what the memory holds of them."""
    linked = with_customer_ids(job, wanted) if entity == "user" and is_synced(job, entity) else wanted
    linked = linked.assign(now=record_fingerprints(linked, aliases_of(linked)))
    known = job.state.frame_of_keys("records", _ACKNOWLEDGED, linked["key"], entity=entity)
    return linked.merge(known, on="key", how="left")


def is_acknowledged(linked: pd.DataFrame) -> pd.Series[bool]:
    """Whether Startdeliver holds each of these records as it should be, so that nothing is left to do for it."""
    same = linked["startdeliver_id"].notna() & (linked["fingerprint"] == linked["now"]).fillna(False)
    same &= ~linked["vanished"].fillna(False)  # who is back has to be acknowledged again
    if CUSTOMER_LINK in linked:  # who waits for a customer that this run may create is looked at once more, then
        waits = linked["customer_key"].notna() & (linked["customer_key"] != UNKNOWN)
        same &= ~(waits & (linked[CUSTOMER_LINK] == UNKNOWN))
    return same


def _shared_matches(job: Job) -> pd.Series[int]:
    """The fingerprints of match values that several users claim; they are nobody's, so any bucket may hold them."""
    nobodys = pd.DataFrame({"match": pd.Series(dtype="int64")})
    chunks = [chunk for bucket in range(job.staging.buckets) for chunk in job.staging.chunks(SHARED_MATCHES, bucket)]
    return pd.concat([nobodys, *chunks])["match"].astype("int64")


def _other_users(job: Job) -> Counter[str]:
    """Users whom the run does not look at, by why they are rejected; '' for those who are not."""
    others = Counter(kept_totals(job.state))
    moved = staged_moved(job)
    others.subtract(moved.loc[moved["kept"], "rejected"].fillna("").tolist())
    return others


def _other_accounts(job: Job) -> Counter[str]:
    """Customers (accounts) whom the run does not look at; in the same form."""
    tied = job.state.rows("customers/tied_accounts")[0]["accounts"]
    looked_at = job.state.frame_of_keys("tied_among", _KEYS, staged_accounts(job), entity="customer")
    return Counter({"": tied - len(looked_at)})


class _Comparison:
    """The comparison of one entity."""

    def __init__(self, job: Job, entity: Entity) -> None:
        self.job = job
        self.entity = entity
        self.name = NAMES[entity]
        self.synced = is_synced(job, entity)
        self.shared = _shared_matches(job) if entity == "user" else pd.Series(dtype="int64")
        self.measured: Counter[str] = Counter()
        self.at_rest = at_rest(job, entity)
        self.renamed: list[str] = []

    def compare(self) -> None:
        writer = self.job.staging.writer(DIFFERING[self.entity])
        self.held = self.job.staging.writer(HELD_USERS)
        for bucket in range(self.job.staging.buckets):
            wanted = self.job.staging.read(WANTED[self.entity], bucket)
            if wanted is not None and self.entity == "customer":
                wanted = without_former_keys(self.job, bucket, wanted)
                self.renamed = list(renamed_customers(self.job, bucket))
            if wanted is not None:
                writer.write(self._differing(wanted), by="key")
        if not self.job.run.whole:
            self._count_others()
        self.job.measures.update({f"{self.name} {what}": count for what, count in self.measured.items()})

    def _differing(self, wanted: pd.DataFrame) -> pd.DataFrame:
        """The records that may have to be sent; the others have their fate noted."""
        columns = list(wanted)
        linked = beside_acknowledged(self.job, self.entity, wanted)
        aliases = [alias for alias in aliases_of(linked) if alias not in _BESIDE]
        tied = linked["startdeliver_id"].notna()
        claimed_by_several = ~tied & match_fingerprints(linked).isin(self.shared)
        self._reject(linked.loc[claimed_by_several, "key"])
        same = is_acknowledged(linked)
        if self.job.run.full_resync:
            same &= False
        if not self.synced:
            same |= tied
        self.job.fates.add(self.name, "unchanged", int(same.sum()))
        different = linked[~same & ~claimed_by_several]
        parked = self._parked(different)
        self.job.fates.add(self.name, "skipped", int(parked.sum()), _PARKED)
        self._hold(different.loc[parked, "key"], _PARKED)
        different = different[~parked]
        log.info("%s: %s unchanged, %s to look at", self.name, f"{same.sum():,}", f"{len(different):,}")
        self._measure(linked, different, tied, aliases)
        return different[columns]

    def _count_others(self) -> None:
        """Whom the run does not look at is as they were: unchanged, or rejected for the same reason."""
        for reason, count in (_other_users(self.job) if self.entity == "user" else _other_accounts(self.job)).items():
            self.job.fates.add(self.name, "extracted", count)
            self.job.fates.add(self.name, "rejected" if reason else "unchanged", count, reason)
            if not reason:
                self.measured.update({"wanted": count, "tied": count})
        before = measures_of_basis(self.job.state)
        start = f"{self.name} with "
        self.measured.update(
            {f"with {name[len(start) :]}": int(n) for name, n in before.items() if name.startswith(start)}
        )

    def _parked(self, records: pd.DataFrame) -> pd.Series[bool]:
        """Those that Startdeliver refused too often, and that have not changed since."""
        refused = self.job.state.frame_of_keys("refused", _REFUSALS, records["key"], entity=self.entity)
        parked = records.merge(refused[refused["parked"]], on="key", how="left", suffixes=("", "_refused"))
        return pd.Series((parked["fingerprint_refused"] == parked["now"]).to_numpy(), index=records.index)

    def _reject(self, keys: pd.Series[str]) -> None:
        """Several users with one match value are rejected in each run, as long as they share it."""
        self.job.fates.add(self.name, "rejected", len(keys), _MATCH_NOT_UNIQUE)
        if len(keys):
            rejected = pd.DataFrame({"key": keys, "field": "", "reason": _MATCH_NOT_UNIQUE})
            self._hold(keys, _MATCH_NOT_UNIQUE)
            keep(self.job, self.name, rejected.assign(shape=None, fingerprint=0))

    def _hold(self, keys: pd.Series[str], reason: str) -> None:
        """Keep users from the events that would need them."""
        if self.entity == "user":
            self.held.write(pd.DataFrame({"key": keys, "reason": reason}), by="key")

    def _measure(
        self, wanted: pd.DataFrame, different: pd.DataFrame, tied: pd.Series[bool], aliases: list[str]
    ) -> None:
        """Count what the guards look at: records, the new ones, those with a value, and those whose value changes."""
        self.measured["wanted"] += len(wanted)
        self.measured["tied"] += int(tied.sum())
        self.measured["new"] += int((different["startdeliver_id"].isna() & ~different["key"].isin(self.renamed)).sum())
        counted = wanted if self.job.run.whole else different[different["startdeliver_id"].isna()]
        for alias in aliases:
            if not (counted[alias] == UNKNOWN).all():
                self.measured[f"with {alias}"] += int(counted[alias].notna().sum())
        changing = different[different["startdeliver_id"].notna()]
        for start in range(0, len(changing), PAGE_SIZE):
            self._measure_changes(changing.iloc[start : start + PAGE_SIZE], aliases)

    def _measure_changes(self, records: pd.DataFrame, aliases: list[str]) -> None:
        held = self.job.state.rows("record_fields", entity=self.entity, keys=list(records["key"]))
        acknowledged = {row["key"]: row["fields"] for row in held}
        for key, fields in zip(records["key"], as_rows(records[aliases]), strict=True):
            before = acknowledged[key]
            changed = changed_fields(fields, before, sync_nulls=True, at_rest=self.at_rest)
            self.measured.update(f"changed {alias}" for alias in changed.keys() & before.keys())
            if not self.job.run.whole:  # what those have whom it does not look at is known by the run before
                self.measured.update(f"with {alias}" for alias in changed.keys() - before.keys())
                self.measured.subtract(f"with {alias}" for alias, value in changed.items() if value is None)
