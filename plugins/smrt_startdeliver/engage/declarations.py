"""`traits.yaml` and `audiences.yaml` as models: the seven kinds of computed trait, and audiences (declarations.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, ValidationInfo, model_validator

from smrt_startdeliver.engage.conditions import Days, Group, Name, Part, Where, wrong
from smrt_startdeliver.mapping.casts import FieldType
from smrt_startdeliver.mapping.document import CUSTOM_FIELD
from smrt_startdeliver.vocabulary import snake_case
from smrt_startdeliver.yaml_model import member, tuple_from_list

Policy = Literal["overwrite", "fill_empty"]
"""`fill_empty` writes only where Startdeliver holds nothing, or what this pipeline wrote."""


class _Declaration(Part):
    """What a computed trait and an audience have in common."""

    field_type: ClassVar[FieldType] = "text"
    """The type of the field that `field` names."""
    at_rest: ClassVar[str | None] = None
    """The value that is not sent where none was ever set, as canonical text: a 0 count, false."""

    name: Name
    given_key: Annotated[str | None, Field(alias="key", min_length=1)] = None
    field: Annotated[str | None, Field(json_schema_extra={"pattern": f"^{CUSTOM_FIELD.pattern}$"})] = None
    policy: Policy = "overwrite"

    @property
    def key(self) -> str:
        """The key of the user property: Segment's snake case of the name, or the one that is set."""
        return self.given_key or snake_case(self.name)

    @model_validator(mode="after")
    def _has_a_key(self) -> Self:
        if not self.key:
            raise wrong("leaves no key: it needs letters or digits of ASCII, or set `key`", "name")
        if snake_case(self.key) != self.key:
            raise wrong(f"must be in Segment's snake case, as {snake_case(self.key) or 'at_risk'}", "key")
        if self.field is not None and not CUSTOM_FIELD.fullmatch(self.field):
            raise wrong(f"must be the alias of a custom field, as customfieldAtRisk, not {self.field}", "field")
        return self


class _Trait(_Declaration):
    """A computed trait over one event's occurrences: those in the window for which all of `where` holds."""

    event: Name
    window_days: Days | None = None
    where: Annotated[tuple[Where, ...], BeforeValidator(tuple_from_list)] = ()


class EventCounter(_Trait):
    """How often it happened; 0 where it did not."""

    field_type: ClassVar[FieldType] = "number"
    at_rest: ClassVar[str | None] = "0"
    kind: Literal["event_counter"]


class Aggregation(_Trait):
    """A number over the numbers at a property."""

    field_type: ClassVar[FieldType] = "number"
    kind: Literal["aggregation"]
    function: Literal["sum", "average", "minimum", "maximum"]
    property: Name


class MostFrequent(_Trait):
    """The value that a property had most often, twice at least."""

    kind: Literal["most_frequent"]
    property: Name


class First(_Trait):
    """The value of the first occurrence that has the property."""

    kind: Literal["first"]
    property: Name


class Last(_Trait):
    """The value of the last occurrence that has the property."""

    kind: Literal["last"]
    property: Name


class UniqueList(_Trait):
    """All values of a property, each once, sorted."""

    kind: Literal["unique_list"]
    property: Name


class UniqueListCount(_Trait):
    """How many different values a property had; 0 where none."""

    field_type: ClassVar[FieldType] = "number"
    at_rest: ClassVar[str | None] = "0"
    kind: Literal["unique_list_count"]
    property: Name


KINDS: dict[str, type[_Trait]] = {
    "event_counter": EventCounter,
    "aggregation": Aggregation,
    "most_frequent": MostFrequent,
    "first": First,
    "last": Last,
    "unique_list": UniqueList,
    "unique_list_count": UniqueListCount,
}


def _member(trait: Any) -> str | None:
    if isinstance(trait, _Trait):
        return member(type(trait))
    kind = trait.get("kind") if isinstance(trait, Mapping) else None
    return member(KINDS[kind]) if isinstance(kind, str) and kind in KINDS else None


ComputedTrait = Annotated[
    Annotated[EventCounter, Tag(member(EventCounter))]
    | Annotated[Aggregation, Tag(member(Aggregation))]
    | Annotated[MostFrequent, Tag(member(MostFrequent))]
    | Annotated[First, Tag(member(First))]
    | Annotated[Last, Tag(member(Last))]
    | Annotated[UniqueList, Tag(member(UniqueList))]
    | Annotated[UniqueListCount, Tag(member(UniqueListCount))],
    Discriminator(
        _member,
        custom_error_type="trait",
        custom_error_message=f"must be a computed trait, whose `kind` is one of {', '.join(KINDS)}",
    ),
]


class Audience(Group, _Declaration):
    """Customers for whom all that stands side by side holds."""

    field_type: ClassVar[FieldType] = "boolean"
    at_rest: ClassVar[str | None] = "false"


Declaration = ComputedTrait | Audience


class _File(Part):
    """A file of declarations. The context of its validation, where there is one, checks what it refers to."""

    @model_validator(mode="after")
    def _refers_to_what_there_is(self, info: ValidationInfo) -> Self:
        if info.context is not None:
            info.context.check(self)
        return self


class TraitsFile(_File):
    """`traits.yaml`."""

    traits: Annotated[tuple[ComputedTrait, ...], BeforeValidator(tuple_from_list)] = ()


class AudiencesFile(_File):
    """`audiences.yaml`."""

    audiences: Annotated[tuple[Audience, ...], BeforeValidator(tuple_from_list)] = ()
