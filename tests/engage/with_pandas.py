"""The product's own reading of declarations.md, behind the face of the plain one: records in, plain values out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa

from smrt_startdeliver.engage.declarations import AudiencesFile, TraitsFile
from smrt_startdeliver.engage.declared import Declared
from smrt_startdeliver.engage.evaluate import Facts, evaluate
from smrt_startdeliver.engage.occurrences import Events
from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.mapping.payload import DERIVED_PREFIX, user_payloads
from smrt_startdeliver.vocabulary import DERIVED_TRAITS, snake_case
from tests.engage.histories import Column, Scene
from tests.plain.engage.records import PlainHappening
from tests.plain.engage.values import at_path

_DTYPES: dict[Kind, Any] = {
    "text": "str",
    "number": "str",
    "integer": "Int64",
    "boolean": "boolean",
    "time": "datetime64[us, UTC]",
    "date": pd.ArrowDtype(pa.date32()),
}
_KINDS: dict[type, Kind] = {
    str: "text", Decimal: "number", float: "number", int: "integer", bool: "boolean", datetime: "time", date: "date",
}  # fmt: skip
_COMPUTED = {int: "event_counter", Decimal: "aggregation", str: "first", list: "unique_list"}


class WithPandas:
    """Kinds of columns are those of the values in them, but where a scene says them."""

    def computed_trait(
        self, declaration: dict, history: list[PlainHappening], customers: list[str], end: datetime, zone: ZoneInfo
    ) -> dict[str, Any]:
        declared = Declared(TraitsFile.model_validate({"traits": [declaration]}).traits)
        frame = evaluate(declared, facts(history, {}, customers), end, zone)
        (trait,) = declared.traits
        values = dict(zip(frame["user_id"], map(plain_value, frame[trait.key]), strict=True))
        if declaration["kind"] == "unique_list":
            return {user_id: None if text is None else json.loads(text) for user_id, text in values.items()}
        return values

    def members(
        self,
        audiences: list[dict],
        traits: dict[str, dict],
        computed: dict[str, dict],
        history: list[PlainHappening],
        customers: list[str],
        end: datetime,
        zone: ZoneInfo,
    ) -> dict[str, set[str]]:
        known = {user_id: {**traits.get(user_id, {})} for user_id in customers}
        for key, values in computed.items():
            for user_id, value in values.items():
                known[user_id][key] = as_json(value) if isinstance(value, list) else value
        declared = Declared((), AudiencesFile.model_validate({"audiences": audiences}).audiences)
        frame = evaluate(declared, facts(history, known, customers), end, zone)
        return {one.name: set(frame.loc[frame[one.key], "user_id"]) for one in declared.audiences}


def evaluated(scene: Scene, traits: list[dict], audiences: list[dict]) -> tuple[dict[str, dict], dict[str, set[str]]]:
    """The computed traits by their keys, and who is in the audiences, in one evaluation."""
    declared = Declared(
        TraitsFile.model_validate({"traits": traits}).traits,
        AudiencesFile.model_validate({"audiences": audiences}).audiences,
    )
    known = facts(scene.history, scene.traits, scene.customers, scene.property_columns, scene.trait_columns)
    frame = evaluate(declared, known, scene.end, scene.zone)
    users = frame["user_id"]
    return (
        {one.key: dict(zip(users, map(plain_value, frame[one.key]), strict=True)) for one in declared.traits},
        {one.name: set(users[frame[one.key]]) for one in declared.audiences},
    )


def facts(
    history: Sequence[PlainHappening],
    traits: Mapping[str, dict],
    customers: Sequence[str],
    property_columns: Mapping[str, Column] | None = None,
    trait_columns: Mapping[str, Column] | None = None,
) -> Facts:
    """The frames that the product would have read."""
    rows = {"user_id": pd.Series(customers, dtype="str")}
    kinds: dict[str, Kind] = {}
    for path in _paths(traits.values()):
        values = [at_path(traits.get(user_id, {}), path) for user_id in customers]
        kind = trait_columns[path].kind if trait_columns else _kind_of(values)
        name = f"{DERIVED_PREFIX}{path}" if path in DERIVED_TRAITS else "_".join(map(snake_case, path.split(".")))
        rows[name], kinds[name] = _series(values, kind), kind
    events = {}
    for event in sorted({happening.name for happening in history}):
        happened = [happening for happening in history if happening.name == event]
        columns, of_event = {}, {}
        for path in _paths(happening.properties for happening in happened):
            values = [at_path(happening.properties, path) for happening in happened]
            of_event[path] = property_columns[path].kind if property_columns else _kind_of(values)
            columns[path] = _series(values, of_event[path])
        frame = pd.DataFrame(
            {
                "id": pd.Series([happening.id for happening in happened], dtype="str"),
                "user_id": pd.Series([happening.user_id for happening in happened], dtype="str"),
                "time": pd.Series([happening.time for happening in happened], dtype="datetime64[us, UTC]"),
                **columns,
            }
        )
        events[event] = Events(frame, of_event)
    return Facts(user_payloads(pd.DataFrame(rows), kinds), events)


def plain_value(value: Any) -> Any:
    """A cell as the plain reading has it."""
    if pd.isna(value):
        return None
    if isinstance(value, str):
        return value
    return Decimal(str(value)) if isinstance(value, float) else int(value)


def as_json(values: list[str] | None) -> str | None:
    """A list of the plain reading as the text that is sent."""
    return None if values is None else json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _kind_of(values: Iterable[Any]) -> Kind:
    kinds = {_KINDS[type(value)] for value in values if value is not None}
    return "number" if kinds == {"integer", "number"} else next(iter(kinds), "text")


def _series(values: Sequence[Any], kind: Kind) -> pd.Series[Any]:
    if kind == "number":  # as a warehouse casts it to text
        values = [None if value is None else str(value) for value in values]
    return pd.Series(values, dtype=_DTYPES[kind])


def _paths(rows: Iterable[Mapping[str, Any]], above: str = "") -> set[str]:
    found: set[str] = set()
    for row in rows:
        for name, value in row.items():
            found |= _paths([value], f"{above}{name}.") if isinstance(value, dict) else {above + name}
    return found
