"""What audiences ask of customers, and traits of events (declarations.md, its example and its table of words)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Annotated, Any, Literal, Self

import pandas as pd
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    JsonValue,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from smrt_startdeliver.mapping.iso_text import days_in, times_in
from smrt_startdeliver.yaml_model import member, tuple_from_list

Op = Literal[
    "equals", "not_equals", "less", "greater", "less_or_equal", "greater_or_equal", "any_of", "contains",
    "not_contains", "starts_with", "ends_with", "exists", "not_exists", "before", "after", "within_last_days",
    "within_next_days",
]  # fmt: skip
"""How a value is compared. The words are declarations.md's."""

WITHOUT_VALUE = frozenset({"exists", "not_exists"})
_WITHOUT_VALUE: list[JsonValue] = [*sorted(WITHOUT_VALUE)]
DATES = frozenset({"before", "after"})
DAYS = frozenset({"within_last_days", "within_next_days"})
_CENTURY_DAYS = 36_525


def _plain(value: Any, timespec: str) -> Any:
    """What is compared with, as JSON has it: what YAML read as a date or time is the ISO text of it again."""
    if isinstance(value, list):
        return tuple(_plain(item, timespec) for item in value)
    if isinstance(value, dt.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
        with suppress(OverflowError):  # of the first or last day that there is: it stays in its zone
            aware = aware.astimezone(dt.UTC)
        return aware.isoformat(timespec=timespec).replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, dt.date) else value


def _not_empty(conditions: tuple[Any, ...]) -> tuple[Any, ...]:
    if not conditions:
        raise ValueError("must not be empty: what holds of an empty list is anybody's guess")
    return conditions


_TWO: JsonDict = {"minItems": 2, "maxItems": 2}
_SCALAR = {"type": ["string", "number", "boolean"]}
Value = Annotated[
    Any,
    WithJsonSchema({"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR, "minItems": 1}]}),
]
"""A text, a number, true or false; of `any_of` several of them."""

Days = Annotated[int, Field(ge=1, le=_CENTURY_DAYS)]
Number = Annotated[int, Field(ge=0)]
Name = Annotated[str, Field(min_length=1, pattern=r"\S")]


class Part(BaseModel):
    """A part of a declaration: nothing is changed once it is read, and no key is unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Comparison(Part):
    """`op` and, but for `exists` and `not_exists`, a `value` to compare with."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"op": {"enum": _WITHOUT_VALUE}}},
            "then": {"not": {"required": ["value"]}},
            "else": {"required": ["value"]},
        }
    )

    op: Op
    value: Value = None

    @model_validator(mode="before")
    @classmethod
    def _value_is_plain(cls, comparison: Any) -> Any:
        """Instants are compared to the microsecond, texts of times to the millisecond that they have."""
        if not isinstance(comparison, Mapping) or "value" not in comparison:
            return comparison
        timespec = "microseconds" if str(comparison.get("op")) in DATES else "milliseconds"
        return {**comparison, "value": _plain(comparison["value"], timespec)}

    @model_validator(mode="after")
    def _value_fits_op(self) -> Self:
        problem = _what_is_wrong(self.op, self.value, given="value" in self.model_fields_set)
        if problem:
            raise wrong(problem, "value")
        return self


class Where(Comparison):
    """A property of an event, by its path (`address.city`), and what must hold of it."""

    property: Name


class EventCondition(Part):
    """How often an event must have happened: exactly one of `at_least`, `exactly`, `at_most`."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [number]} for number in ("at_least", "exactly", "at_most")]}
    )

    event: Name
    at_least: Number | None = None
    exactly: Number | None = None
    at_most: Number | None = None
    within_days: Days | None = None
    between_days: Annotated[
        tuple[Number, ...] | None, BeforeValidator(tuple_from_list), Field(json_schema_extra=_TWO)
    ] = None
    where: Annotated[tuple[Where, ...], BeforeValidator(tuple_from_list)] = ()

    @model_validator(mode="after")
    def _is_clear(self) -> Self:
        if sum(number is not None for number in (self.at_least, self.exactly, self.at_most)) != 1:
            raise wrong("needs exactly one of at_least, exactly and at_most")
        if self.within_days is not None and self.between_days is not None:
            raise wrong("has within_days already: take one of the two", "between_days")
        if self.between_days is not None and not _is_span(self.between_days):
            raise wrong("must be two numbers of days ago, the smaller first, as [7, 60]", "between_days")
        return self


class TraitCondition(Comparison):
    """A trait of the customer, by its path (`accountDiscount.value`) or a computed trait's key, and what must hold."""

    trait: Name


class AudienceCondition(Part):
    """Membership of another audience, by its name."""

    audience: Name


class Group(Part):
    """Conditions taken together: `all` and `any` of them, `none` of them; side by side all of the three must hold."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": [key]} for key in ("all", "any", "none")]})

    all: Conditions | None = None
    any: Conditions | None = None
    none: Conditions | None = None

    @model_validator(mode="after")
    def _is_not_empty(self) -> Self:
        if not any(conditions for _, conditions in self.lists()):
            raise wrong("needs conditions, under one of the keys all, any and none")
        return self

    def lists(self) -> Iterator[tuple[str, tuple[Condition, ...]]]:
        """Each of the three that is given, with its conditions."""
        for key in ("all", "any", "none"):
            conditions = getattr(self, key)
            if conditions is not None:
                yield key, conditions


_KEYS: dict[str, type[Part]] = {
    "event": EventCondition,
    "trait": TraitCondition,
    "audience": AudienceCondition,
    **dict.fromkeys(("all", "any", "none"), Group),
}
"""The key by which each kind of condition is known."""


def _member(condition: Any) -> str | None:
    if isinstance(condition, Part):
        return member(type(condition))
    keys = condition.keys() if isinstance(condition, Mapping) else ()
    return next((member(model) for key, model in _KEYS.items() if key in keys), None)


Condition = Annotated[
    Annotated[EventCondition, Tag(member(EventCondition))]
    | Annotated[TraitCondition, Tag(member(TraitCondition))]
    | Annotated[AudienceCondition, Tag(member(AudienceCondition))]
    | Annotated[Group, Tag(member(Group))],
    Discriminator(
        _member,
        custom_error_type="condition",
        custom_error_message="must be a condition: one of the keys event, trait, audience, all, any and none is needed",
    ),
]
Conditions = Annotated[
    tuple[Condition, ...],
    BeforeValidator(tuple_from_list),
    AfterValidator(_not_empty),
    Field(json_schema_extra={"minItems": 1}),
]
Group.model_rebuild()


def wrong(problem: str, *at: str | int) -> PydanticCustomError:
    """An error of a declaration; `at` points below the value that is checked."""
    # A brace in the message would be a placeholder of pydantic's.
    return PydanticCustomError("declaration", "{problem}", {"problem": problem, "at": at})


def _is_span(days: tuple[int, ...]) -> bool:
    return len(days) == 2 and days[0] < days[1] <= _CENTURY_DAYS


def is_date(text: str) -> bool:
    """Whether a text is an ISO date or time."""
    texts = pd.Series([text.strip()], dtype="str")
    return bool((days_in(texts).notna() | times_in(texts).notna()).iloc[0])


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | bool | int) or (isinstance(value, float) and math.isfinite(value))


def _what_is_wrong(op: str, value: Any, *, given: bool) -> str | None:
    """Why a value does not fit an op; None where it does."""
    if op in WITHOUT_VALUE:
        return f"must be left out: {op} compares with nothing" if given else None
    if value is None:
        return f"is missing: {op} compares with one (for null there are exists and not_exists)"
    if op == "any_of":
        fits = isinstance(value, tuple) and value and all(map(_is_scalar, value))
        wanted = "a list of texts, numbers, true or false"
    elif op in DATES:
        fits = isinstance(value, str) and is_date(value)
        wanted = "an ISO date or time, as 2026-03-01 or 2026-03-01T08:00:00Z"
    elif op in DAYS:
        fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _CENTURY_DAYS
        wanted = "a number of days, from 0 on"
    else:
        fits = _is_scalar(value)
        wanted = "one text, number, true or false (any_of takes several)"
    return None if fits else f"must be {wanted}: it is what {op} compares with"
