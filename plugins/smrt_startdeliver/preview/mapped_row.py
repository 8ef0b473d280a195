"""What one row of table `users` comes to under a mapping document: the values of its user and of its customer.

SMRT's own values are those that a run would send. What a run works out of all history (derived and computed traits,
audiences) is not worked out here, and what other rows and Group calls say of the same customer is left aside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from smrt_startdeliver.engage.declared import Declared
from smrt_startdeliver.mapping.casts import FieldType, Kind
from smrt_startdeliver.mapping.customers import wanted_customers
from smrt_startdeliver.mapping.document import Entity, FieldMapping, MappingDocument
from smrt_startdeliver.mapping.payload import COMPUTED_PREFIX, DERIVED_PREFIX
from smrt_startdeliver.mapping.records import UNKNOWN, Wanted, wanted_users
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.vocabulary import DERIVED_TRAITS

Lack = Literal["empty", "worked out by each run", "the warehouse has no such column"]
"""Why there is no value to show; beside these, the reason for which it is left out."""


@dataclass(frozen=True)
class Cell:
    """What a document says of a field: where its value comes from, and the value as it is sent, or what it lacks."""

    path: str
    type: FieldType
    value: str | None
    lack: Lack | str = ""


@dataclass(frozen=True)
class Payload:
    """A user or a customer: its fields by alias; `refused` says why a run would not send it at all."""

    fields: Mapping[str, Cell]
    refused: str = ""


@dataclass(frozen=True)
class Difference:
    """A field under two documents; None where a document does not map it."""

    entity: Entity
    field: str
    before: Cell | None
    after: Cell | None

    @property
    def changed(self) -> bool:
        """Whether what is sent changes; of what a run works out, whether something else is."""
        return _said(self.before) != _said(self.after)


def payloads(
    row: pd.DataFrame,
    kinds: Mapping[str, Kind],
    document: MappingDocument,
    declared: Declared,
    settings: Settings,
) -> dict[Entity, Payload]:
    """The payloads of a row of `users`: user_id and the trait columns. `document`: with what is declared in it."""
    unknown = [f"{DERIVED_PREFIX}{trait}" for trait in DERIVED_TRAITS]
    unknown += [f"{COMPUTED_PREFIX}{one.key}" for one in declared]
    row = row.assign(**dict.fromkeys(unknown, UNKNOWN))
    user = wanted_users(row, kinds, document, settings)
    found = {"user": _payload(user, [document.user_match, *document.user_mapping])}
    if document.customer_match:
        customer = wanted_customers(row, kinds, document, settings)
        found["customer"] = _payload(customer, [document.customer_match, *document.customer_mapping])
    return {entity: found[entity] for entity in ("user", "customer") if entity in found}


def differences(before: Mapping[Entity, Payload], after: Mapping[Entity, Payload]) -> list[Difference]:
    """All fields of both, as the documents list them."""
    found = []
    for entity in ("user", "customer"):
        earlier, later = (each[entity].fields if entity in each else {} for each in (before, after))
        aliases = [*later, *(alias for alias in earlier if alias not in later)]
        found += [Difference(entity, alias, earlier.get(alias), later.get(alias)) for alias in aliases]
    return found


def _payload(wanted: Wanted, mappings: list[FieldMapping]) -> Payload:
    of_row = wanted.rejections["field"].isna()
    for of_record in (wanted.rejections.loc[of_row, "reason"], wanted.skipped["reason"]):
        if not of_record.empty:
            return Payload({}, str(of_record.iloc[0]))
    record = wanted.records.iloc[0].to_dict()
    of_fields = wanted.rejections[~of_row]
    reasons = dict(zip(of_fields["field"], of_fields["reason"], strict=True))
    return Payload({one.field: _cell(one, record, reasons) for one in mappings})


def _cell(mapping: FieldMapping, record: Mapping[Any, Any], reasons: Mapping[str, str]) -> Cell:
    lack: Lack | str = ""
    value = record.get(mapping.field)
    if mapping.field not in record:
        lack = "the warehouse has no such column"
    elif mapping.field in reasons:
        lack = f"left out: {reasons[mapping.field]}"
    elif value == UNKNOWN:
        lack = "worked out by each run"
    elif pd.isna(value):
        lack = "empty"
    return Cell(mapping.external_field, mapping.type, None if lack else str(value), lack)


def _said(cell: Cell | None) -> tuple[str | None, ...] | None:
    if cell is None:
        return None
    return (cell.type, cell.value, cell.lack, cell.path if cell.lack == "worked out by each run" else "")
