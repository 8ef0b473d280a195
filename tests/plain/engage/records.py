"""What a computed trait or an audience is reckoned from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PlainHappening:
    """An event that the pipeline can send, raw or derived.

    `time` is aware, in UTC. `properties` nest and are named as SMRT does it: `{"address": {"city": "Oakland"}}`. Their
    values are texts, numbers (`int`, `float`, `Decimal`), booleans, aware times, dates or None.
    """

    id: str
    user_id: str
    name: str
    time: datetime
    properties: dict[str, object]
