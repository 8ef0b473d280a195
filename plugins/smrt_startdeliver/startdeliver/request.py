"""A request to Startdeliver, before it is one of HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from smrt_startdeliver.startdeliver import wire

Purpose = Literal["check", "lookup", "write"]
"""What a request is for, as runs count them."""


@dataclass(frozen=True)
class Request:
    """`repeatable`: saying it twice is as saying it once. `suspect`: a write that failed in an earlier run."""

    method: str
    path: str
    purpose: Purpose
    body: wire.Json | None = None
    headers: dict[str, str] = field(default_factory=dict)
    repeatable: bool = True
    suspect: bool = False

    @property
    def name(self) -> str:
        """What messages call it: nothing of what it asks for or says."""
        return f"{self.method} {self.path.partition('?')[0].partition('/')[0]}"
