"""A run's summary for a test, in few words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.reporting.summary import Summary

WINDOW = Interval(datetime(2026, 3, 2, 10, tzinfo=UTC), datetime(2026, 3, 2, 12, tzinfo=UTC))


def summary(**known: Any) -> Summary:
    """A scheduled run that succeeded and had nothing to do, but for what is said."""
    nothing: dict[str, Any] = {
        "run": 12,
        "kind": "scheduled",
        "state": "success",
        "dry_run": False,
        "full_resync": False,
        "force": False,
        "deferred": False,
        "entities": ("customers", "users", "events"),
        "window": WINDOW,
        "guard": None,
        "fates": {},
        "audiences": {},
        "tables": {},
        "seconds": {},
        "requests": {},
        "last_success": None,
    }
    return Summary(**nothing | known)
