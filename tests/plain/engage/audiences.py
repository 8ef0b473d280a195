"""declarations.md, audiences.yaml: who belongs to an audience."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from .comparing import holds
from .records import PlainHappening
from .values import at_path
from .windows import events_of


@dataclass(frozen=True)
class Known:
    """What is known as of `end`: declared audiences, customers' own traits, computed ones by key, and history."""

    audiences: list[dict]
    traits: Mapping[str, dict]
    computed: Mapping[str, Mapping[str, object]]
    history: list[PlainHappening]
    end: datetime
    zone: ZoneInfo


def members(
    audiences: list[dict],
    traits: Mapping[str, dict],
    computed: Mapping[str, Mapping[str, object]],
    history: list[PlainHappening],
    customers: list[str],
    end: datetime,
    zone: ZoneInfo,
) -> dict[str, set[str]]:
    """The customers in each audience, by the audience's name."""
    known = Known(audiences, traits, computed, history, end, zone)
    return {
        audience["name"]: {user_id for user_id in customers if group_holds(audience, user_id, known)}
        for audience in audiences
    }


def group_holds(group: dict, user_id: str, known: Known) -> bool:
    """Rule: `all` `any` `none`: side by side on one level all must hold."""
    return (
        all(condition_holds(one, user_id, known) for one in group.get("all", []))
        and ("any" not in group or any(condition_holds(one, user_id, known) for one in group["any"]))
        and not any(condition_holds(one, user_id, known) for one in group.get("none", []))
    )


def condition_holds(condition: dict, user_id: str, known: Known) -> bool:
    """Rule: all / any / none, nested as you like; over events, traits and other audiences."""
    if "event" in condition:
        return happened_as_often(condition, user_id, known)
    if "trait" in condition:
        value = trait_of(user_id, condition["trait"], known)
        return holds(condition["op"], value, condition.get("value"), known.end, known.zone)
    if "audience" in condition:
        return group_holds(named(condition["audience"], known), user_id, known)
    return group_holds(condition, user_id, known)


def happened_as_often(condition: dict, user_id: str, known: Known) -> bool:
    """Rule: `at_least` `exactly` `at_most`: number of such events; exactly one of the three."""
    number = len(events_of(user_id, condition, known.history, known.end, known.zone))
    if "at_least" in condition:
        return number >= condition["at_least"]
    if "at_most" in condition:
        return number <= condition["at_most"]
    return number == condition["exactly"]


def trait_of(user_id: str, path: str, known: Known) -> object:
    """Rule: path with dots; SMRT's names; a computed trait by its key."""
    if path in known.computed:
        return known.computed[path].get(user_id)
    return at_path(known.traits.get(user_id, {}), path)


def named(name: str, known: Known) -> dict:
    """Rule: `audience`: by name; members as of the same `end`."""
    (audience,) = (audience for audience in known.audiences if audience["name"] == name)
    return audience
