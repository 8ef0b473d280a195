"""The destination's mapping document: which value goes to which field of a user or a customer, and on what both match.

It is exactly the document of the destination's page (startdeliver-api.md, The mapping document): JSON, YAML, and the
JavaScript-like text as it stands there are all read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel, to_snake
from pydantic_core import PydanticCustomError

from smrt_startdeliver.mapping.casts import FieldType
from smrt_startdeliver.mapping.paths import PayloadPath, parse_path
from smrt_startdeliver.yaml_model import parse_model

Entity = Literal["customer", "user"]

BUILT_IN: dict[Entity, dict[str, FieldType]] = {
    "user": {"name": "text", "email": "text", "phone": "text"},
    "customer": {"name": "text", "active": "boolean", "arr": "number", "seats": "number", "renewsAt": "date"},
}
"""Fields that every Startdeliver has and a value can be mapped to (startdeliver-api.md, Entities), with their types."""

EMAIL = "email"
ACTIVE = "active"
"""The field of a customer that `on_vanish: deactivate` makes false."""
CUSTOM_FIELD = re.compile(r"customfield\w+", re.ASCII)


def _is_path(text: str) -> str:
    parse_path(text)
    return text


PathText = Annotated[str, AfterValidator(_is_path)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class MatchingField(_Part):
    """The field of Startdeliver that records are matched on."""

    field: str
    type: Literal["text", "number"]


class ExternalField(_Part):
    """The path in the payload at which the match value is."""

    field: PathText


class FieldMapping(_Part):
    """A field of Startdeliver by its alias, the path in the payload at which its value is, and its type."""

    field: str
    external_field: PathText
    type: FieldType

    @property
    def path(self) -> PayloadPath:
        """The path, parsed."""
        return parse_path(self.external_field)


class MappingDocument(_Part):
    """The document; its keys are the destination's (`startdeliverMatchingField`, …), its attributes snake_cased."""

    startdeliver_matching_field: MatchingField
    external_matching_field: ExternalField
    startdeliver_customer_field: MatchingField | None = None
    external_customer_field: ExternalField | None = None
    user_mapping: tuple[FieldMapping, ...] = ()
    customer_mapping: tuple[FieldMapping, ...] = ()

    @property
    def user_match(self) -> FieldMapping:
        """What users are matched on."""
        return _match(self.startdeliver_matching_field, self.external_matching_field)

    @property
    def customer_match(self) -> FieldMapping | None:
        """What customers are matched on; None where the document says nothing of customers."""
        if self.startdeliver_customer_field is None or self.external_customer_field is None:
            return None
        return _match(self.startdeliver_customer_field, self.external_customer_field)

    @property
    def email(self) -> FieldMapping:
        """What users are matched on where `sync_using_email` is on: what is mapped to `email`, else `traits.email`."""
        default = FieldMapping(field=EMAIL, external_field="traits.email", type="text")
        return next((mapping for mapping in self.user_mapping if mapping.field == EMAIL), default)

    @model_validator(mode="after")
    def _customers_are_matched(self) -> Self:
        if self.customer_match is None:
            for key in ("startdeliverCustomerField", "externalCustomerField", "customerMapping"):
                if getattr(self, to_snake(key)):
                    raise _wrong("needs both startdeliverCustomerField and externalCustomerField", key)
        return self

    @model_validator(mode="after")
    def _aliases_are_fields(self) -> Self:
        _check_alias("user", self.user_match, "startdeliverMatchingField")
        _check_mapping("user", self.user_mapping, self.user_match, "userMapping")
        if self.customer_match:
            _check_alias("customer", self.customer_match, "startdeliverCustomerField")
            _check_mapping("customer", self.customer_mapping, self.customer_match, "customerMapping")
        return self


def parse_mapping(text: str, source: str) -> MappingDocument:
    """The document that a text holds: JSON, YAML, or the JavaScript-like text of the destination's page.

    `source` names the text in errors. Raises ConfigurationError with line and key.
    """
    # The page indents with tabs, which YAML does not allow; all else of its notation is YAML's own.
    return parse_model(text.replace("\t", "  "), source, MappingDocument)


def required_fields(document: MappingDocument) -> dict[Entity, dict[str, FieldType]]:
    """The custom fields that must exist in Startdeliver: per entity their aliases with their types."""
    mappings: dict[Entity, list[FieldMapping]] = {"user": [document.user_match, *document.user_mapping], "customer": []}
    if document.customer_match:
        mappings["customer"] = [document.customer_match, *document.customer_mapping]
    return {
        entity: {mapping.field: mapping.type for mapping in fields if mapping.field not in BUILT_IN[entity]}
        for entity, fields in mappings.items()
    }


def _match(field: MatchingField, external: ExternalField) -> FieldMapping:
    return FieldMapping(field=field.field, external_field=external.field, type=field.type)


def _check_mapping(entity: Entity, mapping: Sequence[FieldMapping], match: FieldMapping, key: str) -> None:
    seen: set[str] = set()
    for position, field in enumerate(mapping):
        at = (key, position, "field")
        _check_alias(entity, field, key, position)
        if field.field in seen:
            raise _wrong(f"{field.field} is mapped twice: keep one", *at)
        if field.field == match.field and (field.path, field.type) != (match.path, match.type):
            raise _wrong(
                f"{field.field} is what is matched on: it is filled from {match.external_field} as {match.type}, "
                "so leave it out here",
                *at,
            )
        seen.add(field.field)


def _check_alias(entity: Entity, field: FieldMapping, *at: str | int) -> None:
    built_in = BUILT_IN[entity]
    if field.field not in built_in and not CUSTOM_FIELD.fullmatch(field.field):
        allowed = ", ".join(built_in)
        raise _wrong(
            f"{field.field} is no field: allowed are {allowed} and aliases as customfieldExternalId", *at, "field"
        )
    if field.type != built_in.get(field.field, field.type):
        raise _wrong(f"{field.type} is not the type of {field.field}, which is {built_in[field.field]}", *at, "type")


def _wrong(problem: str, *at: str | int) -> PydanticCustomError:
    # A brace in the message would be a placeholder of pydantic's.
    return PydanticCustomError("mapping", "{problem}", {"problem": problem, "at": at})
