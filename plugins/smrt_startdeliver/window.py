"""What stretch of time a run speaks of (semantics.md, What a run sends). Pure: the clock and the past are arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.settings import Settings

RunKind = Literal["scheduled", "manual", "backfill"]
Entity = Literal["customers", "users", "events"]
ENTITIES: tuple[Entity, ...] = ("customers", "users", "events")


@dataclass(frozen=True)
class Request:
    """What Airflow asks of a run. `interval` is its data interval, None where it has none; times are aware."""

    dag_run_id: str
    kind: RunKind
    interval: Interval | None
    now: datetime
    since: datetime | None = None
    until: datetime | None = None
    dry_run: bool = False
    full_resync: bool = False
    force: bool = False
    entities: Sequence[Entity] = ENTITIES

    @property
    def regular(self) -> bool:
        """Whether it is to bring Startdeliver up to date: all entities, for real, and no window of its own."""
        explicit = self.since is not None or self.until is not None
        return not explicit and self.kind != "backfill" and not self.dry_run and set(self.entities) == set(ENTITIES)


@dataclass(frozen=True)
class Past:
    """What earlier runs left; None where there was none.

    last_end: the end of the last regular run that succeeded and sent all it had.
    first_start: the start of the first regular run, whatever became of it.
    earliest_start: the earliest start of any completed run.
    last_traits: the latest end of a run whose traits were acknowledged.
    last_sweep: the end of the last run that swept.
    """

    last_end: datetime | None = None
    first_start: datetime | None = None
    earliest_start: datetime | None = None
    last_traits: datetime | None = None
    last_sweep: datetime | None = None


@dataclass(frozen=True)
class Window:
    """The window of a run.

    interval: `[start, end)`; `end` is the run's one clock.
    read_from: events loaded in `[read_from, end)` are read; the look-back lies between it and `start`.
    derive_from: Visits and Lapses of customers with late evidence go back to here.
    complete: the run covers all entities for real, so that its window counts as read.
    watermark: the next regular run starts at this one's end.
    history_whole: nothing is stale: the run sends history, not the present.
    sends_traits: customers and users are synced; else they are only created where an event needs one.
    sweep: compare all loaded ids of completed runs with the memory.
    """

    interval: Interval
    read_from: datetime
    derive_from: datetime
    complete: bool
    watermark: bool
    history_whole: bool
    sends_traits: bool
    sweep: bool


def decide(request: Request, past: Past, settings: Settings) -> Window:
    """The window of a run. Raises ConfigurationError when `since` lies after the window's end."""
    explicit = request.since is not None or request.until is not None
    end = request.until or (request.interval.end if request.interval else request.now)
    present = not explicit and request.kind != "backfill" and (past.last_end is None or past.last_end <= end)
    start = request.since or _natural_start(request, past, end, settings, present=present or explicit)
    if start > end:
        raise ConfigurationError(f"the run's window would end before it starts ({start} to {end}): see since and until")
    complete = set(request.entities) == set(ENTITIES) and not request.dry_run
    return Window(
        interval=Interval(start, end),
        read_from=start if explicit else start - timedelta(hours=settings.lookback_hours),
        derive_from=min(start, past.earliest_start or start),
        complete=complete,
        watermark=complete and present,
        history_whole=not present,
        sends_traits=past.last_traits is None or past.last_traits <= end,
        sweep=present and complete and request.kind == "scheduled" and _sweep_is_due(past, end, settings),
    )


def _natural_start(request: Request, past: Past, end: datetime, settings: Settings, *, present: bool) -> datetime:
    if not present and request.interval is not None:
        return request.interval.start
    starts = (past.last_end, past.first_start, end - timedelta(days=settings.history_days))
    return next(start for start in starts if start is not None and start <= end)


def _sweep_is_due(past: Past, end: datetime, settings: Settings) -> bool:
    if past.last_end is None:
        return False
    return past.last_sweep is None or end - past.last_sweep >= timedelta(hours=settings.sweep_hours)
