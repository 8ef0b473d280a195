"""Whether what declarations refer to is there: events, properties, traits, audiences, fields (declarations.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from smrt_startdeliver.derive.custom_fields import CUSTOM_FIELDS
from smrt_startdeliver.engage.conditions import AudienceCondition, Condition, EventCondition, Group, Where, wrong
from smrt_startdeliver.engage.declarations import Audience, AudiencesFile, ComputedTrait, Declaration, TraitsFile
from smrt_startdeliver.mapping.document import FieldMapping, MappingDocument
from smrt_startdeliver.mapping.paths import parse_path
from smrt_startdeliver.vocabulary import (
    CALL_COLUMNS,
    DERIVED_PROPERTIES,
    DERIVED_TRAITS,
    EVENT_NAMES,
    EVENT_TABLES,
    PAGES,
    SCREENS,
    SMRT_TRAITS,
    snake_case,
)
from smrt_startdeliver.yaml_model import nearest

EVENTS = (*EVENT_NAMES, PAGES, SCREENS)
"""What `event` can name. Pages and screens have too many names: all of them go by these words, `name` is a property."""

TRAITS = tuple(dict.fromkeys((*(".".join(names) for names in SMRT_TRAITS.values()), *DERIVED_TRAITS)))
"""The traits that conditions can name, beside computed ones and `customFields.<name>`."""

_TAKEN = {snake_case(part) for path in TRAITS for part in (path, path.partition(".")[0])} | {
    "user_id",
    "id",
    "audience_key",
}

At = tuple[str | int, ...]


def properties_of(event: str) -> dict[str, str]:
    """The properties of an event, by their paths (`address.city`), with the column of its table that holds each.

    Those of a derived event are what this pipeline says of it, whatever SMRT's own table holds.
    """
    if event in DERIVED_PROPERTIES:
        return {name: name for name in DERIVED_PROPERTIES[event]}
    table = next(table for table in EVENT_TABLES if event in (table.name, table.table))
    own_name = {} if table.name else {"name": "name"}
    return own_name | {".".join(names): column for column, names in table.properties.items()}


@dataclass(frozen=True)
class References:
    """What declarations may refer to; checks the two files, as the context of their validation.

    document: the mapping document as the user wrote it; a field that it fills from elsewhere is not to be had.
    extra_properties: the setting; with it, properties that SMRT does not name are known by their columns.
    traits: the computed traits, when audiences are checked.
    """

    document: MappingDocument
    extra_properties: bool
    traits: Sequence[ComputedTrait] = field(default=())

    def check(self, file: TraitsFile | AudiencesFile) -> None:
        """Raise PydanticCustomError at the first reference to what is not there."""
        if isinstance(file, TraitsFile):
            self._check_names("traits", file.traits, ())
            for position, trait in enumerate(file.traits):
                at: At = ("traits", position)
                self._check_event(trait.event, at)
                named = getattr(trait, "property", None)
                if named is not None:
                    self._check_property(trait.event, named, (*at, "property"))
                self._check_where(trait.event, trait.where, at)
        elif isinstance(file, AudiencesFile):
            self._check_names("audiences", file.audiences, self.traits)
            for position, audience in enumerate(file.audiences):
                self._check_conditions(audience, file.audiences, ("audiences", position))
            _check_cycles(file.audiences)

    def _check_names(self, list_name: str, declared: Sequence[Declaration], others: Iterable[Declaration]) -> None:
        names: set[str] = set()
        keys = {other.key: other.name for other in others}
        fields = {other.field: other.name for other in others if other.field}
        mapped = {mapping.field: mapping for mapping in (self.document.user_match, *self.document.user_mapping)}
        for position, one in enumerate(declared):
            at = (list_name, position, "key" if one.given_key else "name")
            if one.key in _TAKEN or one.key.startswith(f"{CUSTOM_FIELDS}_"):
                raise wrong(f"gives the key {one.key}, which is a trait of SMRT's: set another `key`", *at)
            if one.key in keys:
                raise wrong(f"gives the key {one.key}, which {keys[one.key]!r} has already: set another `key`", *at)
            if one.name in names:
                raise wrong(f"is {one.name!r}, as that of another one: names tell them apart", *at[:2], "name")
            if one.field in fields:
                raise wrong(f"is {one.field}, which {fields[one.field]!r} writes already", *at[:2], "field")
            _see_that_it_is_free(one, mapped, (*at[:2], "field"))
            names.add(one.name)
            keys[one.key] = one.name
            if one.field:
                fields[one.field] = one.name

    def _check_conditions(self, group: Group, audiences: Sequence[Audience], at: At) -> None:
        for condition, where in conditions_of(group, at):
            if isinstance(condition, EventCondition):
                self._check_event(condition.event, where)
                self._check_where(condition.event, condition.where, where)
            elif isinstance(condition, AudienceCondition):
                names = [audience.name for audience in audiences]
                if condition.audience not in names:
                    raise wrong(_unknown("audience", condition.audience, names), *where, "audience")
            elif not isinstance(condition, Group):
                self._check_trait(condition.trait, (*where, "trait"))

    def _check_event(self, event: str, at: At) -> None:
        if event not in EVENTS:
            raise wrong(_unknown("event", event, EVENTS), *at, "event")

    def _check_where(self, event: str, where: Sequence[Where], at: At) -> None:
        for position, condition in enumerate(where):
            self._check_property(event, condition.property, (*at, "where", position, "property"))

    def _check_property(self, event: str, path: str, at: At) -> None:
        known = list(properties_of(event))
        if path in known or (self.extra_properties and event not in DERIVED_PROPERTIES and _may_be_a_property(path)):
            return
        hint = "" if self.extra_properties else "; those that SMRT does not document need the setting extra_properties"
        raise wrong(f"{_unknown(f'property of {event}', path, known)}{hint}", *at)

    def _check_trait(self, path: str, at: At) -> None:
        known = [*TRAITS, *(trait.key for trait in self.traits)]
        try:
            custom_field = parse_path(f"traits.{path}").custom_field
        except ValueError as error:
            raise wrong(str(error), *at) from None
        if path not in known and not custom_field:
            raise wrong(_unknown("trait", path, known), *at)


def conditions_of(group: Group, at: At = ()) -> Iterator[tuple[Condition, At]]:
    """Each condition below a group, nested ones included, with its place in the file."""
    for key, conditions in group.lists():
        for position, condition in enumerate(conditions):
            where = (*at, key, position)
            yield condition, where
            if isinstance(condition, Group):
                yield from conditions_of(condition, where)


def audiences_named(audience: Group) -> list[str]:
    """The names of the audiences that an audience asks for."""
    return [one.audience for one, _ in conditions_of(audience) if isinstance(one, AudienceCondition)]


def _check_cycles(audiences: Sequence[Audience]) -> None:
    """See that no audience asks for itself, by whatever way."""
    asks_for = {audience.name: audiences_named(audience) for audience in audiences}
    for position, audience in enumerate(audiences):
        way = _way_back(audience.name, asks_for)
        if way:
            raise wrong(f"is in a cycle of audiences: {' → '.join(way)}", "audiences", position, "name")


def _way_back(start: str, asks_for: dict[str, list[str]]) -> list[str] | None:
    """The audiences on the way from one to itself; None where there is no way."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for name in asks_for[way[-1]]:
            if name == start:
                return [*way, start]
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return None


def _see_that_it_is_free(one: Declaration, mapped: dict[str, FieldMapping], at: At) -> None:
    mapping = mapped.get(one.field or "")
    if mapping is not None and mapping.path.column({one.key}) is None:
        raise wrong(f"is {one.field}, which the mapping document fills from {mapping.external_field}", *at)


def _may_be_a_property(column: str) -> bool:
    """Whether a column that SMRT does not document can be a property, and none of the call itself."""
    return "." not in column and column not in CALL_COLUMNS | {"name", "time"} and not column.startswith("context_")


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    near = nearest(name, known)
    return f"is no known {what}: {name!r}{near or '; known are ' + ', '.join(known)}"
