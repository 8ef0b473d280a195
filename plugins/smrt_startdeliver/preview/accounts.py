"""The account of a run that is not made: what would become of every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from smrt_startdeliver.plan.fates import Fates

RECORDS = ("customers", "users")
_VALUES = " values"
_VANISHED = "vanished "

Reasons = dict[str, int]
"""How many, by reason."""


@dataclass(frozen=True)
class RecordsPlan:
    """Customers or users. `new` ones would be created, `changed` ones updated."""

    extracted: int
    new: int
    changed: int
    unchanged: int
    rejected: Reasons
    skipped: Reasons


@dataclass(frozen=True)
class EventsPlan:
    """The events of one name; `pages` and `screens` together, whatever each is called."""

    extracted: int
    sent: int
    already_sent: int
    rejected: Reasons
    skipped: Reasons


@dataclass(frozen=True)
class VanishedPlan:
    """Customers or users of whom the warehouse has no row any more; `noted` ones are reported and left as they are."""

    deactivated: int
    deleted: int
    noted: int
    parked: int


def records_plans(fates: Fates) -> dict[str, RecordsPlan]:
    """The plan of customers and of users."""
    return {
        entity: RecordsPlan(
            extracted=counts["extracted"],
            new=counts["created"],
            changed=counts["updated"],
            unchanged=counts["unchanged"],
            rejected=_reasons(fates, entity, "rejected"),
            skipped=_reasons(fates, entity, "skipped"),
        )
        for entity, counts in _by_entity(fates).items()
        if entity in RECORDS
    }


def events_plans(fates: Fates) -> dict[str, EventsPlan]:
    """The plan of the events, by name."""
    return {
        entity: EventsPlan(
            extracted=counts["extracted"],
            sent=counts["sent"],
            already_sent=counts["already sent"],
            rejected=_reasons(fates, entity, "rejected"),
            skipped=_reasons(fates, entity, "skipped"),
        )
        for entity, counts in _by_entity(fates).items()
        if entity not in RECORDS and not entity.endswith(_VALUES) and not entity.startswith(_VANISHED)
    }


def values_left_out(fates: Fates) -> dict[str, Reasons]:
    """The values that would be left out of rows that go out, by customers, users or the event's name, and reason."""
    return {
        entity.removesuffix(_VALUES): _reasons(fates, entity, "rejected")
        for entity in _by_entity(fates)
        if entity.endswith(_VALUES)
    }


def vanished_plans(fates: Fates) -> dict[str, VanishedPlan]:
    """The plan of those who vanished, of customers and of users."""
    return {
        entity.removeprefix(_VANISHED): VanishedPlan(
            deactivated=counts["updated"],
            deleted=counts["deleted"],
            noted=_reasons(fates, entity, "skipped").get("vanished", 0),
            parked=_reasons(fates, entity, "skipped").get("parked", 0),
        )
        for entity, counts in _by_entity(fates).items()
        if entity.startswith(_VANISHED)
    }


def _by_entity(fates: Fates) -> Mapping[str, Counter[str]]:
    entities = sorted({entity for entity, _, _ in fates.counts})
    found: dict[str, Counter[str]] = {entity: Counter() for entity in entities}
    for (entity, fate, _), rows in fates.counts.items():
        found[entity][fate] += rows
    return found


def _reasons(fates: Fates, entity: str, fate: str) -> Reasons:
    counts = {reason: rows for (of, became, reason), rows in fates.counts.items() if (of, became) == (entity, fate)}
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))
