"""semantics.md, Last visit (trait `lastVisit`)."""

from __future__ import annotations

from datetime import datetime

from smrt_startdeliver.settings import Settings
from smrt_startdeliver.vocabulary import NEW_CUSTOMER_SIGNUP

from .records import Evidence, LastVisit


def last_visit(
    evidence: list[Evidence], last_visits: list[LastVisit], end: datetime, settings: Settings
) -> dict[str, datetime]:
    """Rule: The latest evidence other than New Customer Signup, or SMRT's own `last_visit` where that is later and
    before `end`; null where neither is.

    Who has none is not in the answer.
    """
    latest: dict[str, datetime] = {}
    for row in visiting_evidence(evidence, end, settings) + [row for row in last_visits if row.time < end]:
        latest[row.user_id] = max(row.time, latest.get(row.user_id, row.time))
    return latest


def visiting_evidence(evidence: list[Evidence], end: datetime, settings: Settings) -> list[Evidence]:
    """Rule: evidence other than New Customer Signup. Evidence: `visit_sources`; nothing at or after `end` is read."""
    return [
        row
        for row in evidence
        if row.name in settings.visit_sources and row.name != NEW_CUSTOMER_SIGNUP and row.time < end
    ]
