"""The fields of a record side by side: what Startdeliver has, what the warehouse has, what the next run would send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smrt_startdeliver.mapping.records import UNKNOWN
from smrt_startdeliver.plan.records import Acknowledged, canonical_text
from smrt_startdeliver.preview.one_customer import RecordPlan

OF_EVERYBODY = "hangs on all customers: only a run knows it"
NOT_KNOWN = "not known: left as it is"
PERSONS_OWN = "filled by a person: left alone (policy fill_empty)"
AT_REST = "says nothing new: not sent where none was ever set"
EDITED = "edited in Startdeliver: stays until SMRT's value changes, or a run with full_resync"
NOT_OURS = "not written by this pipeline"
NULL_KEPT = "null, and sync_nulls is off: left as it is"


@dataclass(frozen=True)
class FieldRow:
    """One field. `has`, `wants`: texts, None where there is none. `change`: sets, changes, empties or ''."""

    alias: str
    has: str | None
    acknowledged: bool
    wants: str | None
    change: str
    note: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see of it."""
        return self.has is None and self.wants is None and not (self.acknowledged or self.change or self.note)


def field_rows(plan: RecordPlan | None, acknowledged: Acknowledged, held: Mapping[str, Any] | None) -> list[FieldRow]:
    """A row a field: those that change first, then ours in the order of the mapping, then those of others.

    `held`: the object that Startdeliver has, None where it was not told.
    """
    fields = {} if plan is None else plan.fields
    ours = list(dict.fromkeys([*fields, *sorted(acknowledged)]))
    rows = [_row(alias, plan, acknowledged, held) for alias in ours]
    theirs = sorted(set(held or {}) - set(ours) - {"id"})
    others = [FieldRow(alias, _text(held, alias), False, None, "", NOT_OURS) for alias in theirs]
    return sorted(rows, key=lambda row: not row.change) + [row for row in others if row.has is not None]


def _row(alias: str, plan: RecordPlan | None, acknowledged: Acknowledged, held: Mapping[str, Any] | None) -> FieldRow:
    has = _text(held, alias)
    wants = None if plan is None else plan.fields.get(alias)
    known = None if wants == UNKNOWN else wants
    was_there = alias in acknowledged if held is None else has is not None
    change = "" if plan is None or alias not in plan.sent else _change(known, was_there=was_there)
    note = "" if plan is None or change else _note(alias, plan, alias in acknowledged, held is not None, has)
    return FieldRow(alias, has, alias in acknowledged, known, change, note)


def _change(wants: str | None, *, was_there: bool) -> str:
    if wants is None:
        return "empties"
    return "changes" if was_there else "sets"


def _note(alias: str, plan: RecordPlan, acknowledged: bool, asked: bool, has: str | None) -> str:
    """Why a field that may differ is left as it is."""
    wants = plan.fields.get(alias)
    if alias in plan.theirs:
        return PERSONS_OWN
    if wants == UNKNOWN or alias not in plan.fields:
        return OF_EVERYBODY if alias in plan.of_everybody else NOT_KNOWN
    if plan.fate not in ("created", "updated", "unchanged"):
        return ""
    if wants is None:
        return NULL_KEPT if acknowledged else ""
    if not acknowledged:
        return AT_REST if wants == plan.at_rest.get(alias) else ""
    return EDITED if asked and has != wants else ""


def _text(held: Mapping[str, Any] | None, alias: str) -> str | None:
    value = None if held is None else held.get(alias)
    return None if value in (None, "", []) else canonical_text(value)
