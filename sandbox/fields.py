"""The fields of each entity: built-in ones, and the custom ones that someone declared (Entities)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .kinds import CUSTOM_TYPES, KINDS, Kind, json_type
from .refusals import Refusal

ENTITIES = ("customer", "user", "usage")
WITH_CUSTOM_FIELDS = ("customer", "user")
SERVER_OWNED = ("id", "createdAt", "createdBy", "updatedAt", "updatedBy")


@dataclass(frozen=True)
class Field:
    """A field: its alias, the name of its type (see `kinds.KINDS`), and a select's options."""

    alias: str
    type: str
    options: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """What its type accepts."""
        return KINDS[self.type]

    def check(self, value: Any) -> None:
        """Refuses (400) a value that is not of the field's type; null, which clears a field, always passes."""
        self._check(value, self.kind)

    def check_sought(self, value: Any) -> None:
        """As `check`, for a value in a search's filter: of a list one asks for an item."""
        self._check(value, self.kind.item or self.kind)

    def _check(self, value: Any, kind: Kind) -> None:
        if value is None:
            return
        if not kind.accepts(value):
            raise Refusal(400, f"{self.alias} must be {kind.says}; this is {json_type(value)}", self.alias)
        if self.type == "select" and value not in self.options:
            raise Refusal(400, f"{self.alias} must be one of: {', '.join(self.options)}", self.alias)


def _built_in(**types: str) -> dict[str, Field]:
    owned = {"id": "id", "createdAt": "time", "createdBy": "text", "updatedAt": "time", "updatedBy": "text"}
    return {alias: Field(alias, type_name) for alias, type_name in {**owned, **types}.items()}


BUILT_IN = {
    "customer": _built_in(
        name="text",
        active="boolean",
        arr="number",
        seats="number",
        renewsAt="date",
        tag="texts",
        teamMemberId="numbers",
        productId="numbers",
    ),
    "user": _built_in(name="text", email="text", phone="text", customerId="id"),
    "usage": _built_in(
        userId="key",
        usageType="text",
        startdeliverUserFieldToMatchOn="text",
        timestamp="milliseconds",
        properties="object",
        messageId="text",
    )
    | {"type": Field("type", "select", ("track", "page"))},
}


def read_declaration(document: Any) -> dict[str, dict[str, Field]]:
    """The custom fields of a document `{entity: {alias: type}}`; a select is `{type: select, options: [...]}`.

    Gives `{entity: {alias: Field}}` for customer and user; anything else is refused with 400.
    """
    if not isinstance(document, dict) or not set(document) <= set(WITH_CUSTOM_FIELDS):
        raise Refusal(400, "declare custom fields as {customer: {alias: type}, user: {alias: type}}")
    return {entity: _read_entity(entity, document.get(entity) or {}) for entity in WITH_CUSTOM_FIELDS}


def _read_entity(entity: str, declared: Any) -> dict[str, Field]:
    if not isinstance(declared, dict):
        raise Refusal(400, f"{entity} must be {{alias: type}}", entity)
    return {alias: _read_field(alias, form) for alias, form in declared.items()}


def _read_field(alias: Any, form: Any) -> Field:
    if not (isinstance(alias, str) and re.fullmatch(r"customfield[A-Za-z0-9_]+", alias)):
        raise Refusal(400, "an alias is customfield and then letters, digits and underscores", str(alias))
    given = form if isinstance(form, dict) else {"type": form}
    if given.get("type") not in CUSTOM_TYPES or not set(given) <= {"type", "options"}:
        raise Refusal(400, f"the type must be one of: {', '.join(CUSTOM_TYPES)}", alias)
    options = given.get("options") or []
    if (given["type"] == "select") != bool(options) or not KINDS["texts"].accepts(options):
        raise Refusal(400, "a select, and nothing else, has options: a list of texts", alias)
    return Field(alias, given["type"], tuple(options))


class Schema:
    """All fields as they stand; `custom` is replaced as a whole when someone declares other ones."""

    def __init__(self, custom: Mapping[str, Mapping[str, Field]]) -> None:
        self._fields: dict[str, dict[str, Field]] = {}
        self.replace(custom)

    def replace(self, custom: Mapping[str, Mapping[str, Field]]) -> None:
        """Takes the place of the custom fields so far; values of a field that is gone stay, out of reach."""
        self._fields = {entity: BUILT_IN[entity] | dict(custom.get(entity, {})) for entity in ENTITIES}

    def fields(self, entity: str) -> dict[str, Field]:
        """The fields of an entity by alias."""
        return self._fields[entity]

    def field(self, entity: str, alias: str) -> Field:
        """One field; an unknown alias is refused with 400 (Entities, custom fields)."""
        field = self._fields[entity].get(alias)
        if field is None:
            advice = (
                "create the custom field first" if alias.startswith("customfield") else "see the API for its fields"
            )
            raise Refusal(400, f"{entity} has no field {alias!r}; {advice}", alias)
        return field
