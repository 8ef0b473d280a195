"""Which custom fields were declared: kept in the data file, so that a restart knows them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from .fields import Schema, read_declaration
from .refusals import Refusal
from .store import Store

_NAME = "custom fields"


def declared(store: Store) -> dict[str, Any]:
    """The declaration in force, `{entity: {alias: type}}`; empty where nobody made one."""
    return store.kept(_NAME) or {}


def declare(store: Store, schema: Schema, document: Any) -> None:
    """Puts a declaration in force, in the place of the one before; 400 for one that cannot be."""
    custom = read_declaration(document)
    store.keep(_NAME, document)
    schema.replace(custom)


def schema_of(store: Store) -> Schema:
    """The fields as the data file knows them."""
    return Schema(read_declaration(declared(store)))


def read_file(path: Path) -> Any:
    """The document of a YAML or JSON file; a file that is neither is refused."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise Refusal(400, f"{path} is neither YAML nor JSON: {error}") from None
