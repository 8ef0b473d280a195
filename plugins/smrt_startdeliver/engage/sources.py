"""What of the warehouse a declaration reads, and whether it is still there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from smrt_startdeliver.derive.custom_fields import CUSTOM_FIELDS
from smrt_startdeliver.engage.conditions import EventCondition, TraitCondition
from smrt_startdeliver.engage.declarations import Audience, ComputedTrait, Declaration
from smrt_startdeliver.engage.declared import Declared
from smrt_startdeliver.engage.evaluate import events_of, traits_of
from smrt_startdeliver.engage.references import conditions_of, properties_of
from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.mapping.paths import parse_path
from smrt_startdeliver.vocabulary import (
    CUSTOMER_BIRTHDAY,
    DERIVED_EVENTS,
    DERIVED_TRAITS,
    EVENT_TABLES,
    ORDER_CREATED,
    USERS,
    snake_case,
)

Source = tuple[str, str | None]
"""A table, and the column of it; None for its rows."""

Tables = Mapping[str, Mapping[str, Kind]]

_TABLES = {event: table.table for table in EVENT_TABLES for event in (table.name, table.table) if event}
_BIRTHDAYS: Source = (USERS, CUSTOM_FIELDS)
_ORDERS = _TABLES[ORDER_CREATED]
_UNKNOWN_WITHOUT: Mapping[str, Sequence[Source]] = {
    "demographic": ((_ORDERS, None), (_ORDERS, "value"), (USERS, "demographic")),
    "nextBirthday": (_BIRTHDAYS,),
    CUSTOMER_BIRTHDAY: (_BIRTHDAYS,),
}
"""What derived traits and events are not known without; the others have many sources, and no row of one is no visit."""


def table_of(event: str) -> str:
    """The table that holds the events of a name; `pages` and `screens` are names, too."""
    return _TABLES[event]


def gone(declared: Declared, earlier: Sequence[Tables], now: Tables, is_empty: Callable[[str], bool]) -> dict[str, str]:
    """Key -> what a declaration reads that an earlier run could read, and this one cannot: a table, a column, rows.

    What was never there is nothing yet: no such event happened, no such value was given. `is_empty`: whether a table
    has lost all of its rows.
    """
    found: dict[str, str] = {}
    for one in declared:
        for table, column in (*sources_of(one, declared), *_of_derived(one, declared)):
            if column is None and (is_empty(table) or (table not in now and any(table in each for each in earlier))):
                found.setdefault(one.key, f"rows of {table}")
            elif column and not _has(now, table, column) and any(_has(each, table, column) for each in earlier):
                found.setdefault(one.key, f"column {column} of {table}")
    return found


def sources_of(declaration: Declaration, declared: Declared) -> Iterator[Source]:
    """What a declaration reads, by way of the traits and audiences that it names, too.

    What derived events and traits are not known without is said by `gone`.
    """
    for one in declared.needed_by(declaration):
        yield from _of_audience(one, declared) if isinstance(one, Audience) else _of_trait(one)


def _of_audience(audience: Audience, declared: Declared) -> Iterator[Source]:
    for condition, _ in conditions_of(audience):
        if isinstance(condition, EventCondition):
            yield from _of_event(condition.event, [where.property for where in condition.where])
        elif isinstance(condition, TraitCondition) and condition.trait not in {*declared.by_key, *DERIVED_TRAITS}:
            yield (USERS, _column_of(condition.trait))


def _of_derived(declaration: Declaration, declared: Declared) -> Iterator[Source]:
    """What the derived traits and events that a declaration looks at, by whatever way, are not known without."""
    needed = declared.needed_by(declaration)
    for name in sorted(traits_of(needed) | events_of(needed)):
        yield from _UNKNOWN_WITHOUT.get(name, ())


def _of_trait(trait: ComputedTrait) -> Iterator[Source]:
    named = getattr(trait, "property", None)
    yield from _of_event(trait.event, [*filter(None, [named]), *(where.property for where in trait.where)])


def _of_event(event: str, properties: Sequence[str]) -> Iterator[Source]:
    if event not in DERIVED_EVENTS:
        yield (table_of(event), None)
        columns = properties_of(event)
        yield from ((table_of(event), columns.get(path, path)) for path in properties)


def _column_of(trait: str) -> str:
    """The column of `users` that holds a trait; the custom fields are one column, or several that begin alike."""
    column = "_".join(map(snake_case, parse_path(f"traits.{trait}").names))
    return CUSTOM_FIELDS if column.startswith(CUSTOM_FIELDS) else column


def _has(tables: Tables, table: str, column: str) -> bool:
    """Whether a table has a column, be it with the `_` before a name that the warehouse reserves."""
    names = tables.get(table, {})
    flattened = f"{CUSTOM_FIELDS}_" if column == CUSTOM_FIELDS else None
    return any(name in (column, f"_{column}") or (flattened and name.startswith(flattened)) for name in names)
