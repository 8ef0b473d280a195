"""The types of all fields that a document can write."""

from __future__ import annotations

from smrt_startdeliver.mapping.casts import FieldType
from smrt_startdeliver.mapping.document import ACTIVE, Entity, MappingDocument
from smrt_startdeliver.mapping.records import CUSTOMER_LINK


def field_types(document: MappingDocument, entity: Entity) -> dict[str, FieldType]:
    """Alias -> type of every field of an entity that a record may carry, those that it is matched on among them."""
    if entity == "customer":
        match = [document.customer_match] if document.customer_match else []
        return {ACTIVE: "boolean", **{field.field: field.type for field in (*document.customer_mapping, *match)}}
    fields = (*document.user_mapping, document.email, document.user_match)
    return {CUSTOMER_LINK: "number", **{field.field: field.type for field in fields}}
