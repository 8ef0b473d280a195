"""What `traits.yaml` and `audiences.yaml` declare together, and where it goes in Startdeliver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args

from smrt_startdeliver.engage.conditions import AudienceCondition, TraitCondition
from smrt_startdeliver.engage.declarations import Audience, AudiencesFile, ComputedTrait, Declaration, TraitsFile
from smrt_startdeliver.engage.references import audiences_named, conditions_of
from smrt_startdeliver.mapping.document import Entity, FieldMapping, MappingDocument


@dataclass(frozen=True)
class Declared:
    """Computed traits and audiences that were checked, each with its key."""

    traits: tuple[ComputedTrait, ...] = ()
    audiences: tuple[Audience, ...] = ()

    def __iter__(self) -> Iterator[Declaration]:
        yield from self.traits
        yield from self.audiences

    @cached_property
    def by_key(self) -> Mapping[str, Declaration]:
        """All of them by their keys."""
        return {one.key: one for one in self}

    @cached_property
    def in_order(self) -> tuple[Audience, ...]:
        """The audiences, each after those that it asks for."""
        ordered: dict[str, Audience] = {}
        by_name = {audience.name: audience for audience in self.audiences}

        def add(audience: Audience) -> None:
            for name in audiences_named(audience):
                if name not in ordered:
                    add(by_name[name])
            ordered[audience.name] = audience

        for audience in self.audiences:
            if audience.name not in ordered:
                add(audience)
        return tuple(ordered.values())

    def needed_by(self, declaration: Declaration) -> Declared:
        """A declaration alone, with the traits and audiences that it names, by whatever way."""
        needed: dict[str, Declaration] = {}
        by_name = {audience.name: audience for audience in self.audiences}

        def add(one: Declaration) -> None:
            if one.key in needed:
                return
            needed[one.key] = one
            if isinstance(one, Audience):
                for condition, _ in conditions_of(one):
                    if isinstance(condition, AudienceCondition):
                        add(by_name[condition.audience])
                    elif isinstance(condition, TraitCondition) and condition.trait in self.by_key:
                        add(self.by_key[condition.trait])

        add(declaration)
        return Declared(
            tuple(trait for trait in self.traits if trait.key in needed),
            tuple(audience for audience in self.audiences if audience.key in needed),
        )

    def to_json(self) -> dict[str, Any]:
        """Both files as JSON; `from_json` reads it."""
        files = (TraitsFile(traits=self.traits), AudiencesFile(audiences=self.audiences))
        return {name: value for file in files for name, value in _json(file).items()}

    @staticmethod
    def from_json(document: Mapping[str, Any]) -> Declared:
        """The declarations of a document that `to_json` wrote: they were checked then."""
        return Declared(
            TraitsFile.model_validate({"traits": document.get("traits", [])}).traits,
            AudiencesFile.model_validate({"audiences": document.get("audiences", [])}).audiences,
        )


def with_declared(document: MappingDocument, declared: Declared) -> MappingDocument:
    """The mapping document with a line for each declaration that names a field of its own."""
    mapped = {mapping.field for mapping in document.user_mapping}
    lines = [
        FieldMapping(field=one.field, external_field=f"traits.{one.key}", type=one.field_type)
        for one in declared
        if one.field and one.field not in mapped
    ]
    return document.model_copy(update={"user_mapping": (*document.user_mapping, *lines)})


def fields_of(document: MappingDocument, declared: Declared, entity: Entity) -> dict[str, Declaration]:
    """Alias -> the declaration that a document, with the declared fields in it, fills it from."""
    mappings = document.user_mapping if entity == "user" else document.customer_mapping
    found = {
        mapping.field: mapping.path.column(declared.by_key) for mapping in mappings if mapping.path.root == "traits"
    }
    return {alias: declared.by_key[key] for alias, key in found.items() if key is not None}


def what_is_not_sent(document: MappingDocument, declared: Declared) -> Iterator[str]:
    """A sentence on each declaration that a document, with the declared fields in it, writes nowhere."""
    sent = {one.key for entity in get_args(Entity) for one in fields_of(document, declared, entity).values()}
    for one in declared:
        if one.key not in sent:
            yield (
                f"{one.name!r} is not sent: it names no `field`, and the mapping document does not map traits.{one.key}"
            )


def _json(file: TraitsFile | AudiencesFile) -> dict[str, Any]:
    return file.model_dump(mode="json", by_alias=True, exclude_unset=True)
