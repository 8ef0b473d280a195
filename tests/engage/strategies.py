"""Declarations worth reckoning: every kind of trait, every op, groups in groups, over the columns of a scene.

Most of what is declared is taken from what the columns hold, in the types that YAML makes of it, so that much holds
for somebody and not for everybody. Only declarations that a reader must accept are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from random import Random

from hypothesis import strategies as st

from tests.engage.histories import (
    AMOUNTS,
    EVENTS,
    MICROSECOND,
    WINDOW_DAYS,
    Choose,
    Column,
    Scene,
    near_instants,
    scene,
)
from tests.plain.days import day_of
from tests.plain.engage.dates import day_in, instant_of, iso_text
from tests.plain.engage.traits import key_of
from tests.plain.engage.values import members_of, text_of

OPS = (
    "equals", "not_equals", "less", "greater", "less_or_equal", "greater_or_equal", "any_of", "contains",
    "not_contains", "starts_with", "ends_with", "exists", "not_exists", "before", "after", "within_last_days",
    "within_next_days",
)  # fmt: skip
KINDS = ("event_counter", "aggregation", "most_frequent", "first", "last", "unique_list", "unique_list_count")
FUNCTIONS = ("sum", "average", "minimum", "maximum")
BETWEEN_DAYS = ([0, 1], [0, 7], [1, 2], [2, 30], [7, 30])
DEEPEST = 3
MANY_DAYS = 1_000
SIDE_BY_SIDE = (
    ["any"], ["all"], ["none"], ["any"], ["any", "none"], ["all", "any"], ["all", "none"], ["none", "any", "all"],
)  # fmt: skip

STRANGE = ("Store 1", "7", 7, 7.0, 19.9, "19.90", 0, -1, True, "true", False, "a", date(2024, 3, 10), '["9"]')
"""Declared whatever the column holds."""
PIECES = ("1", "0", ".", "e", "Store", 7, True, "-", "T", ":00", ",")


@dataclass(frozen=True)
class Case:
    """A scene, and declarations over it. Audiences may ask for those that stand after them."""

    scene: Scene
    traits: list[dict]
    audiences: list[dict]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Cases that hypothesis draws, and shrinks where a test fails."""
    return case(lambda options: draw(st.sampled_from(options)))


def seeded_case(seed: int) -> Case:
    """The case of that number: of many in a row hardly two resemble each other, as hypothesis's own often do."""
    return case(Random(seed).choice)


def case(choose: Choose) -> Case:
    """A scene, one to four traits, and one to four audiences over them in any order."""
    of = scene(choose)
    traits = [
        {"name": f"Trait no. {number}", **key(choose, f"what{number}"), **trait(choose, of)}
        for number in range(choose(UP_TO_FOUR))
    ]
    columns = of.trait_columns | {key_of(trait): results_of(trait, of) for trait in traits}
    audiences: list[dict] = []
    for number in range(choose(UP_TO_FOUR)):
        known = [audience["name"] for audience in audiences]
        declaration = {
            "name": f"AudienceNo{number}",
            **key(choose, f"who{number}"),
            **group(choose, of, columns, known),
        }
        audiences.insert(choose(range(number + 1)), declaration)
    return Case(of, traits, audiences)


UP_TO_FOUR = (2, 3, 1, 4)


def key(choose: Choose, own: str) -> dict:
    """An explicit key, now and then."""
    return choose([{}, {}, {"key": own}])


def trait(choose: Choose, of: Scene) -> dict:
    """A trait of any kind, but for its name; aggregations are of amounts."""
    kind = choose(KINDS)
    told = {name: paths_for(kind, name) for name in of.events}
    event = choose([name for name in of.events if told[name] or kind == "event_counter"])
    declaration = {"kind": kind, "event": event}
    if kind != "event_counter":
        declaration["property"] = choose(told[event])
    if kind == "aggregation":
        declaration["function"] = choose(FUNCTIONS)
    if days := choose([None, None, None, *WINDOW_DAYS]):
        declaration["window_days"] = days
    return declaration | where(choose, of, event)


def paths_for(kind: str, event: str) -> list[str]:
    """The properties of an event that a kind of trait may be made of."""
    return [path for path in EVENTS[event] if kind != "aggregation" or path in AMOUNTS]


def results_of(trait: dict, of: Scene) -> Column:
    """What a computed trait may well be."""
    if trait["kind"] in ("event_counter", "unique_list_count"):
        return Column("integer", (0, 1, 2, 3))
    values = of.property_columns[trait["property"]].values
    if trait["kind"] == "aggregation":
        return Column("number", (0.0, 7.0, 14.0, 19.9, 26.9))
    return Column("text", tuple(text for text in map(text_of, values) if text is not None))


def group(choose: Choose, of: Scene, columns: dict[str, Column], known: list[str], depth: int = 1) -> dict:
    """One to three of all, any and none, each of one to three conditions, which are groups themselves for a while."""
    return {
        word: [condition(choose, of, columns, known, depth) for _ in range(choose([1, 2, 3] if depth == 1 else [1, 2]))]
        for word in choose(SIDE_BY_SIDE)
    }


def condition(choose: Choose, of: Scene, columns: dict[str, Column], known: list[str], depth: int) -> dict:
    """A condition over events, a customer's own trait, a computed one, another audience, or a group."""
    what = choose(["event", "event", "trait", "computed", "computed", "audience", "group"])
    computed = sorted(columns.keys() - of.trait_columns.keys())
    if what == "group" and depth < DEEPEST:
        return group(choose, of, columns, known, depth + 1)
    if what == "audience" and known:
        return {"audience": choose(known)}
    if what == "event":
        return number_of_events(choose, of)
    path = choose(computed if what == "computed" else sorted(of.trait_columns))
    return {"trait": path, **asked(choose, of, columns[path])}


def number_of_events(choose: Choose, of: Scene) -> dict:
    """A number of events, in a window of either form or in none."""
    event = choose(of.events)
    counted = {"event": event, choose(["at_least", "exactly", "at_most"]): choose([1, 2, 0, 3])}
    window = choose([None, "within_days", "between_days"])
    if window:
        counted[window] = choose(WINDOW_DAYS if window == "within_days" else BETWEEN_DAYS)
    return counted | where(choose, of, event)


def where(choose: Choose, of: Scene, event: str) -> dict:
    """`where` with one or two conditions on the event's properties, or nothing."""
    paths = [choose(EVENTS[event]) for _ in range(choose([0, 0, 1, 1, 2]))] if EVENTS[event] else []
    conditions = [{"property": path, **asked(choose, of, of.property_columns[path])} for path in paths]
    return {"where": conditions} if conditions else {}


def asked(choose: Choose, of: Scene, column: Column) -> dict:
    """An op, more often than not one that suits the column, and what is declared with it."""
    op = choose([*OPS, *suited(of, column) * 6])
    return {"op": op} if op in ("exists", "not_exists") else {"op": op, "value": declared(choose, op, of, column)}


def suited(of: Scene, column: Column) -> tuple[str, ...]:
    """The ops that a column's values make sense of."""
    if any(instant_of(value, of.zone) for value in column.values):
        return ("before", "after", "within_last_days", "within_next_days")
    if any(members_of(value) for value in column.values):
        return ("contains", "not_contains")
    return OPS[:11]


def declared(choose: Choose, op: str, of: Scene, column: Column) -> object:
    """What stands with an op."""
    likely = [form for value in column.values for form in in_yaml(value)]
    values = choose([likely, likely, likely, STRANGE]) or STRANGE
    match op:
        case "within_last_days" | "within_next_days":
            return choose([0, *WINDOW_DAYS, *days_away(of, column)])
        case "before" | "after":
            return choose(moments(of, column))
        case "any_of":
            return [choose(values) for _ in range(choose([1, 2, 3]))]
        case "contains" | "not_contains" | "starts_with" | "ends_with":
            return choose(choose([values, [*pieces(column), *PIECES]]))
    return choose(values)


def in_yaml(value: object) -> list[object]:
    """The forms in which a value is written into a declaration; a blank one is not."""
    match value:
        case str():
            return [value] if value.strip() else []
        case Decimal():
            return [float(value), str(value)]
        case datetime():
            return [value, value.replace(tzinfo=None), iso_text(value)]
    return [value, text_of(value)]


def pieces(column: Column) -> list[object]:
    """Beginnings, ends and middles of the column's values, as text, and the members of lists."""
    texts = [text for text in map(text_of, column.values) if text is not None]
    found = [piece for text in texts for piece in (text[:3], text[-2:], text[1:-1], *members_in(text))]
    return [piece for piece in found if text_of(piece)]


def members_in(text: str) -> list[object]:
    """The members of a text that is a JSON array, in the forms of YAML."""
    return [form for member in members_of(text) or [] if member is not None for form in in_yaml(member) * 3]


def days_away(of: Scene, column: Column) -> list[int]:
    """How many days from today the column's values are, and one fewer."""
    days = [day for day in (day_in(value, of.zone) for value in column.values) if day is not None]
    away = [abs((day - day_of(of.end, of.zone)).days) for day in days]
    return [number for days in away for number in (days, max(days - 1, 0)) if days < MANY_DAYS]


def moments(of: Scene, column: Column) -> list[object]:
    """Dates and times on and beside the column's own, or else near `end`, in the forms that YAML makes of them."""
    own = [instant for instant in (instant_of(value, of.zone) for value in column.values) if instant is not None]
    known = [instant for instant in own if abs(instant - of.end).days < MANY_DAYS]
    forms: list[object] = []
    for instant in known or near_instants(of.end, of.zone):
        day = day_of(instant, of.zone)
        forms += [day, day.isoformat()]
        for beside in (instant, instant + MICROSECOND, instant - MICROSECOND):
            here = beside.astimezone(of.zone)
            forms += [beside, beside.replace(tzinfo=None), here, here.isoformat(), beside.isoformat(" ")]
    return forms
