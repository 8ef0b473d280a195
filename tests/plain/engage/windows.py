"""declarations.md: the events that a declaration speaks of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from .comparing import holds
from .records import PlainHappening
from .values import at_path


def events_of(
    user_id: str, declaration: dict, history: list[PlainHappening], end: datetime, zone: ZoneInfo
) -> list[PlainHappening]:
    """One customer's events of the declared name, in the declared window, for which all of `where` holds.

    They are in order of time, then id.
    """
    found = [
        happening
        for happening in history
        if happening.user_id == user_id
        and happening.name == declaration["event"]
        and is_in_window(happening.time, declaration, end)
        and satisfies(happening, declaration.get("where", []), end, zone)
    ]
    return sorted(found, key=lambda happening: (happening.time, happening.id))


def is_in_window(time: datetime, declaration: dict, end: datetime) -> bool:
    """Rule: `window_days: d`, `within_days: d`: event time in `[end - d x 24 h, end)`. `between_days: [x, y]`: event
    time in `[end - y x 24 h, end - x x 24 h)`. History is all that the warehouse holds before `end`.

    Said of the time that has passed since the event, which is counted in UTC.
    """
    age = end.astimezone(UTC) - time.astimezone(UTC)
    if age <= timedelta(0):
        return False
    for word in ("window_days", "within_days"):
        if word in declaration and age > hours_of(declaration[word]):
            return False
    if "between_days" in declaration:
        nearest, farthest = declaration["between_days"]
        return hours_of(nearest) < age <= hours_of(farthest)
    return True


def hours_of(days: int) -> timedelta:
    """Rule (semantics.md): a window "of d days before `end`" is d x 24 hours."""
    return timedelta(hours=24 * days)


def satisfies(happening: PlainHappening, where: list[dict], end: datetime, zone: ZoneInfo) -> bool:
    """Rule: `where`: optional; all must hold."""
    return all(
        holds(condition["op"], at_path(happening.properties, condition["property"]), condition.get("value"), end, zone)
        for condition in where
    )
