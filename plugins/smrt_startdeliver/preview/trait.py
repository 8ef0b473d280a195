"""A computed trait as it is now: who has which value, and how many values would be sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pandas as pd

from smrt_startdeliver.engage.declarations import Declaration
from smrt_startdeliver.mapping.casts import FieldType, cast
from smrt_startdeliver.mapping.document import FieldMapping
from smrt_startdeliver.mapping.payload import kind_of_values
from smrt_startdeliver.plan.fingerprints import field_fingerprint
from smrt_startdeliver.preview.rehearsal import Rehearsal, named

_HELD = {"key": "str", "held": "str"}


@dataclass(frozen=True)
class TraitPreview:
    """`customers`: of whom it was computed; `with_value`: those of them who have a value, other than a count of 0.

    differences: by alias, how many values are `new`, `changed` and `cleared` against what was acknowledged. values: the
    most frequent ones and how often. sample: user id and value, the first few in their order.
    """

    name: str
    key: str
    customers: int
    with_value: int
    differences: dict[str, dict[str, int]]
    values: dict[str, int]
    sample: list[tuple[str, str]]


def preview_trait(rehearsal: Rehearsal, name: str, shown: int) -> TraitPreview:
    """The computed trait of a name or key, with `shown` of its values. Raises ConfigurationError, WarehouseError."""
    trait = named(name, rehearsal.declared.traits, "computed trait")
    lines = rehearsal.lines_of(trait)
    differences = {line.field: Counter[str](new=0, changed=0, cleared=0) for line in lines}
    customers, said = 0, []
    with rehearsal.computed(trait) as frames:
        for frame in frames:
            customers += len(frame)
            for line in lines:
                differences[line.field].update(_differences(rehearsal, trait, line, frame))
            said.append(pd.DataFrame({"user_id": frame["user_id"], "text": _texts(rehearsal, trait, frame, "text")}))
    values = pd.concat(said).dropna()
    values = values[values["text"] != (trait.at_rest or "")].sort_values("user_id")
    counts = values["text"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return TraitPreview(
        name=trait.name,
        key=trait.key,
        customers=customers,
        with_value=len(values),
        differences={alias: dict(counts) for alias, counts in differences.items()},
        values={str(value): int(count) for value, count in counts.head(shown).items()},
        sample=list(values.head(shown).itertuples(index=False, name=None)),
    )


def _differences(rehearsal: Rehearsal, trait: Declaration, line: FieldMapping, frame: pd.DataFrame) -> dict[str, int]:
    """How many values of a field differ from what was acknowledged of it (`plan.records.changed_fields`)."""
    texts = _texts(rehearsal, trait, frame, line.type)
    prints = texts.map({text: field_fingerprint(text) for text in texts.dropna().unique()})
    acknowledged = rehearsal.state.frame_of_keys("held_field", _HELD, frame["user_id"], entity="user", alias=line.field)
    held = frame["user_id"].map(acknowledged.set_index("key")["held"])
    counts = {
        "new": held.isna() & texts.notna() & (texts != (trait.at_rest or "")),
        "changed": held.notna() & texts.notna() & (prints != held),
        "cleared": held.notna() & texts.isna() & rehearsal.run.settings.sync_nulls,
    }
    return {what: int(which.sum()) for what, which in counts.items()}


def _texts(rehearsal: Rehearsal, trait: Declaration, frame: pd.DataFrame, target: FieldType) -> pd.Series[str]:
    """The values as canonical text of a field's type."""
    values = frame[trait.key]
    return cast(values, kind_of_values(values), target, rehearsal.run.settings.zone).values
