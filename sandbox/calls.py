"""What a request to the API is, seen from outside; and how many there were of each kind."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.types import Scope

from .api import OVERRIDE
from .fields import ENTITIES

DROPPED = "dropped"
_ACTIONS = {"POST": "create", "PATCH": "update", "PUT": "replace", "DELETE": "delete"}


@dataclass(frozen=True)
class Call:
    """A request: `method` after the override header (a long search is a GET), `entity` (me and unknown paths too)."""

    method: str
    entity: str
    action: str

    @property
    def writes(self) -> bool:
        """Whether it would change something."""
        return self.action in _ACTIONS.values()


def call_of(scope: Scope, headers: dict[bytes, bytes]) -> Call:
    """The call that a request is; its path is looked at below the API's root."""
    path = scope["path"].removeprefix(scope["root_path"]).strip("/")
    first, _, rest = path.partition("/")
    entity = first if first in (*ENTITIES, "me") else "other"
    method = scope["method"]
    if method == "POST" and headers.get(OVERRIDE.encode(), b"").upper() == b"GET":
        method = "GET"
    if method in _ACTIONS:
        return Call(method, entity, _ACTIONS[method])
    return Call(method, entity, "search" if entity in ENTITIES and not rest else "read")


class Tally:
    """Counts calls by method, entity, action and the status of their answer ("dropped": none was given)."""

    def __init__(self) -> None:
        self._since = datetime.now(UTC)
        self._counts: Counter[tuple[Call, int | str]] = Counter()

    def add(self, call: Call, status: int | str) -> None:
        """Counts one."""
        self._counts[call, status] += 1

    def summary(self) -> dict[str, Any]:
        """All counts, with the sums that people ask for: total, writes, searches, reads."""
        rows = [
            {**vars(call), "status": status, "count": count}
            for (call, status), count in sorted(self._counts.items(), key=lambda item: str(item[0]))
        ]
        return {
            "since": self._since.isoformat(timespec="seconds"),
            "total": self._counts.total(),
            "writes": sum(count for (call, _), count in self._counts.items() if call.writes),
            "searches": sum(count for (call, _), count in self._counts.items() if call.action == "search"),
            "reads": sum(count for (call, _), count in self._counts.items() if call.action == "read"),
            "requests": rows,
        }
