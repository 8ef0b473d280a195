"""Which settings hold for what happened when (semantics.md, What a run sends).

A change of what is derived or selected holds from the end of the last successful run on: nothing older is derived or
sent anew. So history is cut into epochs, each with the rules of its time. Runs over history (since and until,
backfills) use the settings of today throughout.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.settings import Settings

_BEGINNING = datetime(1, 1, 2, tzinfo=UTC)
_NEVER_ENDS = datetime(9999, 12, 30, tzinfo=UTC)
_RULES = ("timezone", "visit_sources", "cycle_days", "events", "derived_events")
_RULE_PREFIXES = ("lost_", "birthday_")


@dataclass(frozen=True)
class Epoch:
    """Settings and the stretch of time in which they hold."""

    interval: Interval
    settings: Settings


def rules_of(settings: Settings) -> dict[str, Any]:
    """Those settings, as JSON values, whose change holds from the last run's end on."""
    return {
        key: value
        for key, value in settings.model_dump(mode="json").items()
        if key in _RULES or key.startswith(_RULE_PREFIXES)
    }


def epochs(
    changes: Sequence[tuple[datetime | None, dict[str, Any]]], settings: Settings, last_end: datetime | None
) -> list[Epoch]:
    """The epochs of all time. `changes`: earlier runs' rules, each with the moment from which they held (the first
    has none), oldest first; `settings` of today hold from `last_end` on where they differ from the last of them."""
    steps = [(since or _BEGINNING, rules) for since, rules in changes] or [(_BEGINNING, rules_of(settings))]
    if steps[-1][1] != rules_of(settings) and last_end is not None:
        steps.append((last_end, rules_of(settings)))
    ends = [since for since, _ in steps[1:]] + [_NEVER_ENDS]
    return [
        Epoch(Interval(since, max(since, end)), _with_rules(settings, rules))
        for (since, rules), end in zip(steps, ends, strict=True)
    ]


def one_epoch(settings: Settings) -> list[Epoch]:
    """All time under the settings of today."""
    return [Epoch(Interval(_BEGINNING, _NEVER_ENDS), settings)]


def _with_rules(settings: Settings, rules: dict[str, Any]) -> Settings:
    return Settings.model_validate_json(json.dumps({**settings.model_dump(mode="json"), **rules}))
