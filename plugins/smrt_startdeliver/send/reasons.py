"""Why Startdeliver refused a record, in words that show nobody's data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from smrt_startdeliver.startdeliver.errors import Refused, ServerFailed

_SHORTEST_MASKED = 3

OF_STARTDELIVER = frozenset({"refused", "server_error"})
"""The reasons that are Startdeliver's, not ours: it may take the record another time."""


@dataclass(frozen=True)
class Rejection:
    """A reason code, the field where one is to blame, and what there is to say about it."""

    reason: str
    field: str = ""
    detail: str | None = None


def rejection_of(refused: Refused, values: Iterable[str | None]) -> Rejection:
    """The rejection of a record that Startdeliver refused; the record's values are masked where the answer has them."""
    return Rejection("refused", refused.field or "", masked(str(refused), values))


def server_error(failed: ServerFailed) -> Rejection:
    """The rejection of a record at which the server failed in all tries. Whether it took it nobody knows."""
    return Rejection("server_error", "", str(failed))


def texts_in(value: Any) -> Iterator[str]:
    """The texts of all values in a JSON value, nested ones too."""
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from texts_in(one)
    elif value is not None:
        yield str(value)


def masked(text: str, values: Iterable[str | None]) -> str:
    """A text with every one of the values replaced by an ellipsis, the longest first, also where it quotes JSON."""
    spellings = {spelling for value in values if value for spelling in (value, *_as_json(value))}
    for spelling in sorted(spellings, key=len, reverse=True):
        if len(spelling) >= _SHORTEST_MASKED:
            text = text.replace(spelling, "…")
    return text


def _as_json(value: str) -> tuple[str, str]:
    return json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]
