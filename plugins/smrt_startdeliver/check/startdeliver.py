"""Startdeliver: whom the key belongs to, and the custom fields."""

from __future__ import annotations

from collections.abc import Mapping

from smrt_startdeliver.check.finding import Finding, Findings, attempt
from smrt_startdeliver.mapping.document import MappingDocument, required_fields
from smrt_startdeliver.startdeliver import wire
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.errors import FieldRefused, StartdeliverError


def check_key(api: Startdeliver) -> Findings[bool]:
    """The key; whether Startdeliver accepts it."""
    owner = yield from attempt(
        "Startdeliver's key",
        lambda: wire.key_owner(api.who_am_i()),
        lambda owner: f"accepted, it belongs to {owner}",
    )
    return owner is not None


def check_fields(api: Startdeliver, document: MappingDocument) -> Findings[None]:
    """Each custom field with its type: one request where all are there, one for each field only where not."""
    for entity, fields in required_fields(document).items():
        yield from _check_fields(api, entity, fields)


def _check_fields(api: Startdeliver, entity: wire.Entity, fields: Mapping[str, wire.FieldType]) -> Findings[None]:
    about = f"custom fields of {entity}s"
    if not fields:
        yield Finding(about, "ok", "none is needed")
        return
    try:
        api.check_fields(entity, fields)
    except FieldRefused:
        for alias, kind in fields.items():
            yield from _check_field(api, entity, alias, kind)
    except StartdeliverError as error:
        yield Finding(about, "wrong", str(error))
    else:
        yield Finding(about, "ok", f"all {len(fields)} are there with their types")


def _check_field(api: Startdeliver, entity: wire.Entity, alias: str, kind: wire.FieldType) -> Findings[None]:
    yield from attempt(
        f"{entity} field {alias}",
        lambda: api.check_fields(entity, {alias: kind}),
        lambda _: f"is there, of type {kind}",
    )
