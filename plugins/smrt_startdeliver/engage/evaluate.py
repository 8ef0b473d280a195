"""The whole rule: what is known of customers goes in, a column a computed trait and audience comes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from smrt_startdeliver.engage.columns import Bools, Column
from smrt_startdeliver.engage.computed_traits import compute
from smrt_startdeliver.engage.conditions import EventCondition, TraitCondition
from smrt_startdeliver.engage.declared import Declared
from smrt_startdeliver.engage.members import Members
from smrt_startdeliver.engage.occurrences import NO_EVENTS, Events, Occurrences
from smrt_startdeliver.engage.references import conditions_of
from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.mapping.paths import parse_path
from smrt_startdeliver.mapping.payload import Payloads, kind_of_values


@dataclass(frozen=True)
class Facts:
    """What is known of some customers.

    payloads: a row a customer, with user_id, SMRT's traits and the derived ones (`mapping.payload`).
    events: all events of these customers, by name; one that is absent has not happened.
    """

    payloads: Payloads
    events: Mapping[str, Events]


def evaluate(declared: Declared, facts: Facts, end: datetime, zone: ZoneInfo) -> pd.DataFrame:
    """user_id, and a column a declaration by its key, as of `end`: of traits as `compute` gives it, of audiences bool.

    Nothing at or after `end` counts. `zone` is the business's, which says what a day is.
    """
    customers = pd.Index(facts.payloads.rows["user_id"])
    happened = {
        name: Occurrences(facts.events.get(name, NO_EVENTS), customers, end, zone) for name in events_of(declared)
    }
    columns: dict[str, Any] = {trait.key: compute(trait, happened[trait.event]) for trait in declared.traits}
    traits = {path: Column(*_trait(path, facts.payloads), zone) for path in traits_of(declared) - columns.keys()}
    traits |= {key: Column(values, kind_of_values(values), zone) for key, values in columns.items()}
    members: dict[str, Bools] = {}
    judging = Members(len(customers), happened, traits, members, end, zone)
    for audience in declared.in_order:
        members[audience.name] = judging.of(audience)
    columns |= {audience.key: members[audience.name] for audience in declared.audiences}
    return pd.DataFrame({"user_id": customers.astype("str"), **columns})


def events_of(declared: Declared) -> set[str]:
    """The names of all events that declarations look at."""
    return {trait.event for trait in declared.traits} | {
        condition.event for condition in _conditions(declared) if isinstance(condition, EventCondition)
    }


def properties_of(declared: Declared, event: str) -> set[str]:
    """The paths of all properties of an event that declarations look at."""
    named = {getattr(trait, "property", None) for trait in declared.traits if trait.event == event} - {None}
    where = [where for trait in declared.traits if trait.event == event for where in trait.where]
    for condition in _conditions(declared):
        if isinstance(condition, EventCondition) and condition.event == event:
            where += condition.where
    return {str(path) for path in named} | {one.property for one in where}


def traits_of(declared: Declared) -> set[str]:
    """The traits that conditions name, computed ones among them."""
    return {condition.trait for condition in _conditions(declared) if isinstance(condition, TraitCondition)}


def _conditions(declared: Declared) -> Iterable[Any]:
    return (condition for audience in declared.audiences for condition, _ in conditions_of(audience))


def _trait(path: str, payloads: Payloads) -> tuple[pd.Series[Any], Kind]:
    """A trait's values and what they are; null where it is not known, or was never there."""
    found = payloads.find(parse_path(f"traits.{path}"))
    if found is None:
        return pd.Series(None, index=payloads.rows.index, dtype="str"), "text"
    return found.values.mask(found.broken | found.unknown), found.kind
