"""Why Startdeliver refused a record, in words that show nobody's data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from smrt_startdeliver.startdeliver.errors import Refused

_SHORTEST_MASKED = 3


@dataclass(frozen=True)
class Rejection:
    """A reason code, the field where one is to blame, and what there is to say about it."""

    reason: str
    field: str = ""
    detail: str | None = None


def rejection_of(refused: Refused, values: Iterable[str | None]) -> Rejection:
    """The rejection of a record that Startdeliver refused; the record's values are masked where the answer has them."""
    return Rejection("refused", refused.field or "", masked(str(refused), values))


def masked(text: str, values: Iterable[str | None]) -> str:
    """A text with every one of the values replaced by an ellipsis, the longest first."""
    for value in sorted((value for value in values if value and len(value) >= _SHORTEST_MASKED), key=len, reverse=True):
        text = text.replace(value, "…")
    return text
