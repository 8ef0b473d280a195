"""A search as it was asked, read into conditions (Requests: search, short form, page size, long search)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from .fields import Field, Schema
from .kinds import LARGEST_WHOLE, json_type
from .refusals import Refusal

LARGEST_PAGE = 500
ORDERING = ("gt", "gte", "lt", "lte")
OPERATORS = (*ORDERING, "eq", "ne")


@dataclass(frozen=True)
class Condition:
    """What a field must be; the operator `any` holds for one that equals any of a list of values."""

    field: Field
    operator: Literal["eq", "ne", "gt", "gte", "lt", "lte", "any"]
    value: Any


@dataclass(frozen=True)
class Search:
    """All conditions must hold. Sorted by `sort`, then by id."""

    entity: str
    conditions: tuple[Condition, ...] = ()
    limit: int = LARGEST_PAGE
    offset: int = 0
    sort: Field | None = None
    descending: bool = False


def read_query(schema: Schema, entity: str, query: Any) -> Search:
    """The search of a `query` object: `{"filter": {...}, "limit": n, "offset": n, "sort": ...}`, each optional.

    `sort` is an alias, `-alias` for descending, or `{alias: "asc" | "desc"}`.
    """
    if not isinstance(query, dict):
        raise Refusal(400, 'query must be an object, as {"filter": {"email": "ann@example.com"}}', "query")
    unknown = sorted(set(query) - {"filter", "limit", "offset", "sort"})
    if unknown:
        raise Refusal(400, f"query has no key {unknown[0]!r}; it takes filter, limit, offset and sort", unknown[0])
    wanted = query.get("filter", {})
    if not isinstance(wanted, dict):
        raise Refusal(400, "filter must be an object of fields and what to look for", "filter")
    conditions = [
        condition for alias, value in wanted.items() for condition in _conditions(schema.field(entity, alias), value)
    ]
    sort, descending = _read_sort(schema, entity, query.get("sort"))
    return _search(
        entity,
        tuple(conditions),
        limit=_read_whole(query.get("limit", LARGEST_PAGE), "limit", 1, LARGEST_PAGE),
        offset=_read_whole(query.get("offset", 0), "offset", 0, LARGEST_WHOLE),
        sort=sort,
        descending=descending,
    )


def read_short_form(schema: Schema, entity: str, pairs: Iterable[tuple[str, str]]) -> Search:
    """The search of `GET <entity>?<field>=<value>`: the text of each value is read as the field's type."""
    conditions: dict[str, Condition] = {}
    for alias, text in pairs:
        if alias in ("query", "filter", "limit", "offset", "sort"):
            raise Refusal(400, f"{alias} does not go with the short form; put all of the search into query=", alias)
        if alias in conditions:
            raise Refusal(400, f"{alias} is given twice; for any of several values use query= with a list", alias)
        field = schema.field(entity, alias)
        try:
            value = (field.kind.item or field.kind).read(text)
        except (ValueError, KeyError):
            raise Refusal(400, f"{alias} must be {(field.kind.item or field.kind).says}", alias) from None
        conditions[alias] = _conditions(field, value)[0]
    return _search(entity, tuple(conditions.values()))


def _search(entity: str, conditions: tuple[Condition, ...], **rest: Any) -> Search:
    if entity == "usage" and not conditions:
        raise Refusal(400, "a search of usage needs a filter: paging through all of it is not allowed", "filter")
    return Search(entity, conditions, **rest)


def _conditions(field: Field, wanted: Any) -> list[Condition]:
    """A scalar, a list (any of) or an object of operators."""
    if not field.kind.searchable:
        raise Refusal(400, f"{field.alias} cannot be searched", field.alias)
    if isinstance(wanted, list):
        if not wanted:
            raise Refusal(
                400, f"the list for {field.alias} is empty: nothing could match; make no request", field.alias
            )
        for value in wanted:
            field.check_sought(value)
        return [Condition(field, "any", tuple(wanted))]
    if isinstance(wanted, dict):
        if not wanted:
            raise Refusal(400, f"give {field.alias} an operator: {', '.join(OPERATORS)}", field.alias)
        return [_compared(field, operator, value) for operator, value in wanted.items()]
    return [_compared(field, "eq", wanted)]


def _compared(field: Field, operator: Any, value: Any) -> Condition:
    if operator not in OPERATORS:
        raise Refusal(400, f"{operator!r} is no operator; there are {', '.join(OPERATORS)}", field.alias)
    if operator in ORDERING and (value is None or not field.kind.ordered):
        raise Refusal(
            400, f"{field.alias} ({field.type}) has no order for {operator} and {json_type(value)}", field.alias
        )
    field.check_sought(value)
    return Condition(field, operator, value)


def _read_whole(value: Any, name: str, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least or value > most:
        raise Refusal(400, f"{name} must be a whole number from {least} to {most}", name)
    return value


def _read_sort(schema: Schema, entity: str, sort: Any) -> tuple[Field | None, bool]:
    if sort is None:
        return None, False
    if isinstance(sort, str):
        alias, direction = sort.removeprefix("-"), "desc" if sort.startswith("-") else "asc"
    elif isinstance(sort, dict) and len(sort) == 1:
        alias, direction = next(iter(sort.items()))
    else:
        raise Refusal(400, 'sort must be "alias", "-alias" or {"alias": "asc" or "desc"}', "sort")
    field = schema.field(entity, alias)
    if not field.kind.ordered or direction not in ("asc", "desc"):
        raise Refusal(400, f"sort by a field that has an order, asc or desc; {alias} is {field.type}", "sort")
    return field, direction == "desc"
