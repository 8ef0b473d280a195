"""The assets that other DAGs are scheduled on: what a run has really sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from smrt_startdeliver.plan.fates import Fate
from smrt_startdeliver.reporting.summary import Summary

ALIAS = "startdeliver_synced"
"""The alias that task `report` has as its outlet: an outlet of its own would be updated by each run that succeeds."""

_WRITTEN: tuple[Fate, ...] = ("created", "updated", "deleted")
_RECORDS = ("customers", "users")
_VANISHED = "vanished "
"""Before the name of an entity: those of it who vanished, and were deactivated or deleted."""


@dataclass(frozen=True)
class Synced:
    """An asset that was updated: its name, and counts of what was written."""

    asset: str
    extra: Mapping[str, int | str]


def synced(summary: Summary) -> Iterator[Synced]:
    """The assets that a run has updated: those of whose entity it wrote anything. A dry run has written nothing."""
    if summary.dry_run:
        return
    for entity in _RECORDS:
        yield from _updated(
            summary,
            entity,
            {fate: summary.rows(entity, fate) + summary.rows(_VANISHED + entity, fate) for fate in _WRITTEN},
        )
    yield from _updated(summary, "events", {"sent": sum(summary.rows(entity, "sent") for entity in summary.names())})


def _updated(summary: Summary, entity: str, counts: Mapping[str, int]) -> Iterator[Synced]:
    if any(counts.values()):
        window = summary.window
        yield Synced(
            f"startdeliver_{entity}",
            {
                **counts,
                "run": summary.run,
                "window_start": window.start.isoformat(),
                "window_end": window.end.isoformat(),
            },
        )
