"""Declarations whose key was changed: what Startdeliver holds under the old one would be left behind, unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from smrt_startdeliver.engage.declarations import Declaration
from smrt_startdeliver.engage.declared import Declared

_NOT_THE_RULE = {"name", "given_key", "field", "policy"}


@dataclass(frozen=True)
class Synced:
    """A declaration as the last sync had it; `rule` as of `rule_of`."""

    key: str
    name: str
    field: str | None
    rule: str


def rule_of(declaration: Declaration) -> str:
    """A fingerprint of what is computed, whatever it is called and wherever it goes."""
    rule = declaration.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude=_NOT_THE_RULE)
    return hashlib.blake2b(json.dumps(rule, sort_keys=True).encode(), digest_size=16).hexdigest()


def renamed(declared: Declared, synced: Iterable[Synced]) -> Iterator[tuple[Declaration, Synced]]:
    """Each new declaration that is one of the synced ones under another key: by its name, its rule or its field."""
    before = {one.key: one for one in synced}
    gone = [one for key, one in before.items() if key not in declared.by_key]
    for new in declared:
        if new.key not in before:
            rule = rule_of(new)
            same = (one for one in gone if new.name == one.name or rule == one.rule or (new.field or "") == one.field)
            yield from ((new, one) for one in [next(same, None)] if one is not None)
