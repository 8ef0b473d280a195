"""semantics.md, Customer Visit: at most once a customer and day."""

from __future__ import annotations

from datetime import date

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.vocabulary import CUSTOMER_VISIT

from .days import day_of
from .ids import derived_id
from .records import Evidence, PlainEvent


def customer_visits(evidence: list[Evidence], interval: Interval, settings: Settings) -> list[PlainEvent]:
    """Rule: at most once a customer and day. Evidence: `visit_sources`. Time: the day's first evidence. Key: the day,
    `YYYY-MM-DD`. Properties: `source`, the name of that first evidence.
    """
    evidence_of: dict[tuple[str, date], list[Evidence]] = {}
    for row in evidence:
        if row.name in settings.visit_sources and row.time < interval.end:
            evidence_of.setdefault((row.user_id, day_of(row.time, settings.zone)), []).append(row)

    visits = []
    for (user_id, day), rows in evidence_of.items():
        first = first_evidence(rows, settings)
        if first.time >= interval.start:
            event_id = derived_id(CUSTOMER_VISIT, user_id, day.isoformat())
            visits.append(PlainEvent(event_id, user_id, CUSTOMER_VISIT, first.time, {"source": first.name}))
    return visits


def first_evidence(rows: list[Evidence], settings: Settings) -> Evidence:
    """Rule: that first evidence (of equal times the first in the list's order)."""
    return min(rows, key=lambda row: (row.time, settings.visit_sources.index(row.name)))
