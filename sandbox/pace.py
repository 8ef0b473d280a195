"""How many requests a second are let in: a token bucket."""

from __future__ import annotations

import math
import time
from typing import Any

from .kinds import KINDS
from .refusals import Refusal


class Pace:
    """Lets in `rate` requests a second, after a pause up to `burst` at once. A rate of None lets in all."""

    def __init__(self, rate: float | None, burst: float | None = None) -> None:
        self.rate = rate
        self.burst = burst if burst is not None else max(1.0, rate or 1.0)
        self._tokens = self.burst
        self._counted_at = time.monotonic()

    def admit(self) -> None:
        """Takes a token; without one refuses with 429 and, in `Retry-After`, whole seconds until there is one."""
        if self.rate is None:
            return
        now = time.monotonic()
        self._tokens = min(self.burst, self._tokens + (now - self._counted_at) * self.rate)
        self._counted_at = now
        if self._tokens < 1:
            wait = math.ceil((1 - self._tokens) / self.rate)
            raise Refusal(
                429, f"too many requests; wait {wait} s, as Retry-After says", headers={"Retry-After": str(wait)}
            )
        self._tokens -= 1

    def limit(self) -> dict[str, float | None]:
        """The limit in force."""
        return {"rate": self.rate, "burst": self.burst if self.rate is not None else None}


def read_limit(document: Any) -> Pace:
    """The pace of `{"rate": requests a second or null, "burst": at once}`; burst may be left out."""
    if not isinstance(document, dict) or "rate" not in document or not set(document) <= {"rate", "burst"}:
        raise Refusal(400, 'send {"rate": requests a second or null, "burst": how many at once}')
    for name in ("rate", "burst"):
        value = document.get(name)
        least = 1 if name == "burst" else 0.001
        if value is not None and not (KINDS["number"].accepts(value) and value >= least):
            raise Refusal(400, f"{name} must be null or a number of at least {least}", name)
    return Pace(document["rate"], document.get("burst"))
