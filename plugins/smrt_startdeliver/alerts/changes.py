"""What has changed about the runs that somebody should be told of. Pure: what is known goes in, changes come out.

Only regular runs count: complete, not dry, no backfill, no window of their own. Each subject is well or not; whoever is
told learns of the moment when that changes, and of nothing in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from smrt_startdeliver.settings import NotifySettings

Subject = Literal["run failing", "guard tripped", "rejected share high", "no success"]


@dataclass(frozen=True)
class Ended:
    """The last regular run that ended. `run` is None where it failed its first checks; `stopped`: by a guard."""

    at: datetime
    outcome: Literal["success", "failed", "stopped"]
    dag_run_id: str
    run: int | None = None
    message: str | None = None


@dataclass(frozen=True)
class Share:
    """How many of an entity's rows were `rejected`, of those that a run `decided` on; `reasons` as text."""

    entity: str
    rejected: int
    decided: int
    reasons: str


@dataclass(frozen=True)
class Facts:
    """What is known of the regular runs at a moment; times are aware.

    begun: when the first one began; success_at: when the last success ended; None where there was none.
    shares: of each entity, in the last successful run that decided on enough of its rows to speak of a share.
    """

    now: datetime
    begun: datetime | None = None
    success_at: datetime | None = None
    last: Ended | None = None
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True)
class Standing:
    """How a subject stands, and since when."""

    bad: bool
    since: datetime


@dataclass(frozen=True)
class Change:
    """A subject that stands otherwise since a moment; `before`: since when it had stood as it did, None: ever."""

    subject: Subject
    bad: bool
    since: datetime
    before: datetime | None = None


_ALWAYS_WELL = Standing(bad=False, since=datetime.min.replace(tzinfo=UTC))


def changes(standing: Mapping[Subject, Standing], facts: Facts, settings: NotifySettings) -> list[Change]:
    """The changes since the subjects stood as they are `standing`; one that is absent has always been well.

    What is known may be old by the time it is looked at: of two findings the one about the later moment holds.
    """
    found = []
    for subject, now in _findings(facts, settings):
        old = standing.get(subject, _ALWAYS_WELL)
        if now.bad != old.bad and now.since > old.since:
            found.append(Change(subject, now.bad, now.since, old.since if subject in standing else None))
    return found


def too_many(share: Share, limit: float) -> bool:
    """Whether more of an entity's rows were rejected than `limit` allows."""
    return share.rejected / share.decided > limit


def _findings(facts: Facts, settings: NotifySettings) -> Iterator[tuple[Subject, Standing]]:
    """How subjects stand, as far as that is known. A run that a guard stopped says nothing of failing."""
    match facts.last:
        case Ended(at=at, outcome="failed"):
            yield "run failing", Standing(bad=True, since=at)
        case Ended(at=at, outcome="stopped"):
            yield "guard tripped", Standing(bad=True, since=at)
        case Ended(at=at, outcome="success"):
            yield "run failing", Standing(bad=False, since=at)
            yield "guard tripped", Standing(bad=False, since=at)
    if facts.success_at is not None and facts.shares and settings.notify_rejected_share is not None:
        high = any(too_many(share, settings.notify_rejected_share) for share in facts.shares)
        yield "rejected share high", Standing(high, facts.success_at)
    waiting_since = facts.success_at or facts.begun
    if waiting_since is not None and settings.notify_no_success_hours is not None:
        overdue_at = waiting_since + timedelta(hours=settings.notify_no_success_hours)
        if overdue_at <= facts.now:
            yield "no success", Standing(bad=True, since=overdue_at)
        elif facts.success_at is not None:
            yield "no success", Standing(bad=False, since=facts.success_at)
