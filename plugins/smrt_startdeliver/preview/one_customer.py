"""What the next run would do to one customer: the stages of a run, in their dry form, on their rows alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from smrt_startdeliver.engage.conditions import TraitCondition
from smrt_startdeliver.engage.declared import Declared, fields_of
from smrt_startdeliver.engage.references import audiences_named, conditions_of
from smrt_startdeliver.mapping.document import Entity
from smrt_startdeliver.mapping.records import CUSTOMER_LINK
from smrt_startdeliver.plan.raw_events import entity_of
from smrt_startdeliver.plan.records import AtRest, canonical_text
from smrt_startdeliver.preview.next_run import NobodyAsked
from smrt_startdeliver.preview.rehearsal import Rehearsal
from smrt_startdeliver.send.record import Record
from smrt_startdeliver.stages.audiences import plan_audiences
from smrt_startdeliver.stages.compare import aliases_of, at_rest, compare, with_customer_ids
from smrt_startdeliver.stages.datasets import (
    HELD_USERS,
    OUTGOING_DERIVED,
    OUTGOING_RAW,
    REFUSED,
    REJECTED_USERS,
    WANTED,
)
from smrt_startdeliver.stages.derive import derive
from smrt_startdeliver.stages.extract import extract
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.load_records import record_sender, send_records
from smrt_startdeliver.stages.plan_events import plan_events
from smrt_startdeliver.stages.plan_records import plan_records
from smrt_startdeliver.stages.progress import Unseen
from smrt_startdeliver.startdeliver import wire
from smrt_startdeliver.state.runs import Run
from smrt_startdeliver.vocabulary import EVENT_TABLES

RANK = "demographic"
"""The one trait for which all customers are needed."""

Ask = Callable[[Entity, str, str], list[wire.Json] | None]
"""What Startdeliver has of an entity with this value (canonical text) in this field; None where it was not told."""


@dataclass(frozen=True)
class RecordPlan:
    """What the next run would make of a customer or user.

    `fate`: created, updated, unchanged, rejected or skipped, with its `reason`; None where the warehouse names no such
    record. `fields`: what it should hold, as canonical text, None for null, UNKNOWN where nothing is said of it.
    `sent`: the aliases that would be sent; `theirs`: those left alone as a person filled them; `at_rest`: values that
    are not sent where none was ever set; `of_everybody`: those of which only a whole run knows.
    """

    entity: Entity
    key: str
    fate: str | None
    reason: str = ""
    match_field: str = ""
    fields: Mapping[str, str | None] = field(default_factory=dict)
    sent: frozenset[str] = frozenset()
    theirs: frozenset[str] = frozenset()
    at_rest: AtRest = field(default_factory=dict)
    of_everybody: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CustomerPlan:
    """What the next run would do to a user and their customer.

    events: id, name, time of those that it would send, in order of time. unacceptable: id, name, time, reason of rows
    of theirs in the warehouse that are no events.
    """

    user: RecordPlan
    customer: RecordPlan | None
    events: pd.DataFrame
    unacceptable: pd.DataFrame


class _Told(NobodyAsked):
    """Startdeliver as it answered already: it finds what it told, and is not asked again."""

    def __init__(self, objects: Sequence[wire.Json]) -> None:
        super().__init__()
        self._objects = objects

    def find(self, *asked: Any, **_: Any) -> list[wire.Json]:
        """Those that were told with one of the values."""
        _, alias, values = asked
        texts = {canonical_text(value) for value in values}
        return [one for one in self._objects if canonical_text(one.get(alias)) in texts]


def plan_of_customer(rehearsal: Rehearsal, user_id: str, others: Sequence[str], ask: Ask) -> CustomerPlan:
    """What the run of a rehearsal would do to a user; `others`: users of the same customer, who tell of it, too.

    What hangs on everybody is not foreseen: ranks, guards and held audiences, who vanished, whose key changed, and who
    shares a match value. Raises ConfigurationError, WarehouseError.
    """
    run = replace(rehearsal.run, declared=_of_themselves(rehearsal.declared))
    with rehearsal.at_work_on([user_id, *others], run) as job:
        for stage in (extract, derive, plan_audiences, plan_events, plan_records, compare):
            stage(job)
        wanted = _wanted(job, "user", user_id)
        customer_key = None if wanted is None else wanted.get("customer_key")
        customer = None if customer_key is None else _wanted(job, "customer", customer_key)
        return CustomerPlan(
            user=_plan(job, rehearsal.run, "user", user_id, wanted, ask),
            customer=None
            if customer is None
            else _plan(job, rehearsal.run, "customer", customer["key"], customer, ask),
            events=_outgoing(job, user_id),
            unacceptable=_unacceptable(job, user_id),
        )


def _of_themselves(declared: Declared) -> Declared:
    """What is declared, but for the audiences that a rank decides on, by whatever way."""
    ranked: set[str] = set()
    for audience in declared.in_order:  # each after those that it asks for
        traits = {one.trait for one, _ in conditions_of(audience) if isinstance(one, TraitCondition)}
        if RANK in traits or ranked & set(audiences_named(audience)):
            ranked.add(audience.name)
    return Declared(declared.traits, tuple(one for one in declared.audiences if one.name not in ranked))


def _plan(job: Job, run: Run, entity: Entity, key: str, wanted: dict[str, Any] | None, ask: Ask) -> RecordPlan:
    if wanted is None:
        return RecordPlan(entity, key, *_held_back(job, entity, key))
    told = ask(entity, wanted["match_field"], wanted["match_value"])
    record = _sent(job, entity, key, told)
    fields = wanted["fields"] if record is None else record.fields
    fate, reason = ("unchanged", "") if record is None else (record.fate, "")
    if record is not None and record.rejection is not None:
        reason = record.rejection.reason
    if record is None and (held := _held_back(job, entity, key))[0]:
        fate, reason = held
    sent = frozenset(record.changes) if record is not None and fate in ("created", "updated") else frozenset()
    return RecordPlan(
        entity=entity,
        key=key,
        fate=fate,
        reason=reason,
        match_field=wanted["match_field"],
        fields=fields,
        sent=sent,
        theirs=frozenset() if record is None else record.theirs,
        at_rest=at_rest(job, entity),
        of_everybody=_of_everybody(run, job.run, entity),
    )


@dataclass(frozen=True)
class _Sent:
    """A record as a dry run leaves it, with the fields that would go out."""

    fields: Mapping[str, str | None]
    fate: str | None
    rejection: Any
    changes: frozenset[str]
    theirs: frozenset[str]


def _sent(job: Job, entity: Entity, key: str, told: list[wire.Json] | None) -> _Sent | None:
    """What the sender makes of the record; None where it does not differ. Who was not asked holds what we wrote."""
    sender = record_sender(job, entity, NobodyAsked() if told is None else _Told(told), lambda: True, lambda: None)
    if told is None:
        sender = replace(sender, fill_empty=frozenset())
    found: list[Record] = []
    send_records(job, sender, Unseen(), lambda batch: found.extend(one for one in batch if one.key == key))
    if not found:
        return None
    (one,) = found
    return _Sent(one.fields, one.fate, one.rejection, frozenset(sender.changes(one)), one.theirs)


def _wanted(job: Job, entity: Entity, key: str) -> dict[str, Any] | None:
    """What the record should hold: match_field, match_value, customer_key (of a user), and `fields`."""
    frames = [frame[frame["key"] == key] for frame in job.staging.chunks(WANTED[entity], 0)]
    rows = pd.concat(frames) if frames else None
    if rows is None or rows.empty:
        return None
    if entity == "user":
        rows = with_customer_ids(job, rows)
    cells: dict[str, Any] = {str(name): None if pd.isna(value) else value for name, value in rows.iloc[0].items()}
    return {**cells, "fields": {alias: cells[alias] for alias in aliases_of(rows)}}


def _held_back(job: Job, entity: Entity, key: str) -> tuple[str | None, str]:
    """Fate and reason of a record that is not sent for what is known before."""
    names = (REJECTED_USERS, HELD_USERS, REFUSED["user"]) if entity == "user" else (REFUSED["customer"],)
    for row in _rows(job, names):
        if row["key"] == key:
            return ("skipped" if row["reason"] == "parked" else "rejected"), row["reason"]
    return None, ""


def _of_everybody(whole: Run, mine: Run, entity: Entity) -> frozenset[str]:
    """The fields that hold a rank, or an audience that a rank decides on."""
    declared = fields_of(whole.document, whole.declared, entity).keys()
    of_themselves = fields_of(mine.document, mine.declared, entity).keys()
    lines = whole.document.user_mapping if entity == "user" else whole.document.customer_mapping
    ranks = {line.field for line in lines if line.path.root == "traits" and line.path.names == (RANK,)}
    return frozenset(declared - of_themselves | ranks) - {CUSTOMER_LINK}


def _outgoing(job: Job, user_id: str) -> pd.DataFrame:
    columns = ["id", "name", "time"]
    found = [
        rows.loc[rows["user_id"] == user_id, columns]
        for name in (OUTGOING_DERIVED, OUTGOING_RAW)
        for rows in job.staging.chunks(name, 0)
    ]
    return _in_order(found, columns)


def _unacceptable(job: Job, user_id: str) -> pd.DataFrame:
    columns = ["id", "name", "time", "reason"]
    found = [
        rows.loc[(rows["user_id"] == user_id) & rows["reason"].notna()].assign(name=entity_of(table))[columns]
        for table in EVENT_TABLES
        for rows in job.staging.chunks(f"events/{table.table}", 0)
    ]
    return _in_order(found, columns)


def _in_order(found: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    rows = [frame for frame in found if len(frame)]
    return pd.concat(rows).sort_values(["time", "id"]) if rows else pd.DataFrame(columns=list(columns))


def _rows(job: Job, names: Sequence[str]) -> Iterator[dict[Any, Any]]:
    for name in names:
        for chunk in job.staging.chunks(name, 0):
            yield from chunk.to_dict("records")
