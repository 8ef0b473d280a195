"""semantics.md, Customer Lost: once a lapse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from math import floor
from statistics import median

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.vocabulary import CUSTOMER_LOST, ORDER_CREATED, PICKUP_COMPLETED

from .days import day_of, first_instant
from .ids import derived_id
from .last_visit import visiting_evidence
from .records import Evidence, LastVisit, PlainEvent


@dataclass(frozen=True)
class LapseTraits:
    """Rule: Traits: `isLost`; `visitCadenceDays`."""

    is_lost: bool
    visit_cadence_days: int | None


def customer_lost(
    evidence: list[Evidence], last_visits: list[LastVisit], interval: Interval, settings: Settings
) -> list[PlainEvent]:
    """Rule: time = the first instant of that day; a visit later on that day does not undo the event. The next lapse is
    a new event. Key: the last visit day. Properties: `lastVisitDay`, `cadenceDays` (null where there is none),
    `thresholdDays`.

    So a visit day begins a lapse where no other comes before the day on which the customer is lost.
    """
    events = []
    for user_id, days in visit_days(evidence, last_visits, interval.end, settings).items():
        for day, next_day in zip(days, [*days[1:], date.max], strict=True):
            cadence = cadence_as_of(day, user_id, evidence, interval.end, settings)
            threshold = threshold_days(cadence, settings)
            time = first_instant(lost_day(day, threshold), settings.zone)
            if next_day >= lost_day(day, threshold) and interval.start <= time < interval.end:
                event_id = derived_id(CUSTOMER_LOST, user_id, day.isoformat())
                properties: dict[str, object] = {
                    "lastVisitDay": day.isoformat(),
                    "cadenceDays": cadence,
                    "thresholdDays": threshold,
                }
                events.append(PlainEvent(event_id, user_id, CUSTOMER_LOST, time, properties))
    return events


def lapse_traits(
    evidence: list[Evidence], last_visits: list[LastVisit], end: datetime, settings: Settings
) -> dict[str, LapseTraits]:
    """Rule: `isLost`: true when that instant is before `end` and no visit follows it before `end`, else false, null for
    who never visited; `visitCadenceDays`: the cadence at the last visit day, rounded down, null where there is none.

    No visit before `end` follows the last one, so its own instant decides. Who never visited is not in the answer.
    """
    traits = {}
    for user_id, days in visit_days(evidence, last_visits, end, settings).items():
        cadence = cadence_as_of(days[-1], user_id, evidence, end, settings)
        instant = first_instant(lost_day(days[-1], threshold_days(cadence, settings)), settings.zone)
        traits[user_id] = LapseTraits(instant < end, None if cadence is None else floor(cadence))
    return traits


def visit_days(
    evidence: list[Evidence], last_visits: list[LastVisit], end: datetime, settings: Settings
) -> dict[str, list[date]]:
    """Rule: Visit days here: the days of evidence other than New Customer Signup, and the days of SMRT's `last_visit`
    before `end`.

    Sorted, of each customer who has one.
    """
    days: dict[str, set[date]] = {}
    for row in visiting_evidence(evidence, end, settings) + [row for row in last_visits if row.time < end]:
        days.setdefault(row.user_id, set()).add(day_of(row.time, settings.zone))
    return {user_id: sorted(of_customer) for user_id, of_customer in days.items()}


def cadence_as_of(
    day: date, user_id: str, evidence: list[Evidence], end: datetime, settings: Settings
) -> Fraction | None:
    """Rule: Cadence = the median (of an even number the mean of the middle two) of the last `lost_gaps` (10) gaps
    between the starts of consecutive cycles; with fewer than `lost_min_gaps` (3) gaps there is none.
    """
    starts = cycle_starts(order_days(day, user_id, evidence, end, settings), settings)
    gaps = [Fraction((later - earlier).days) for earlier, later in pairwise(starts)]
    return None if len(gaps) < settings.lost_min_gaps else median(gaps[-settings.lost_gaps :])


def order_days(day: date, user_id: str, evidence: list[Evidence], end: datetime, settings: Settings) -> list[date]:
    """Rule: Order cycles, as of a visit day: the days of Order Created up to it (where there are none up to it: of
    Pickup Completed); whether or not they are in `visit_sources`.
    """
    for name in (ORDER_CREATED, PICKUP_COMPLETED):
        rows = [row for row in evidence if row.user_id == user_id and row.name == name and row.time < end]
        days = {day_of(row.time, settings.zone) for row in rows}
        if up_to_it := sorted(order_day for order_day in days if order_day <= day):
            return up_to_it
    return []


def cycle_starts(days: list[date], settings: Settings) -> list[date]:
    """Rule: a day fewer than `cycle_days` (4) after a cycle's start belongs to that cycle."""
    starts: list[date] = []
    for day in days:
        if not starts or (day - starts[-1]).days >= settings.cycle_days:
            starts.append(day)
    return starts


def threshold_days(cadence: Fraction | None, settings: Settings) -> int:
    """Rule: Threshold = floor(`lost_multiplier` (2.0) x cadence), in decimal, at least `lost_min_days` (30), at most
    `lost_max_days` (365); where there is no cadence, `lost_default_cadence_days` (30) stands in.
    """
    days = settings.lost_default_cadence_days if cadence is None else cadence
    return min(max(floor(Fraction(settings.lost_multiplier) * days), settings.lost_min_days), settings.lost_max_days)


def lost_day(last_visit_day: date, threshold: int) -> date:
    """Rule: A customer is lost on the first day that is more than the threshold after the last visit day."""
    return last_visit_day + timedelta(days=threshold + 1)
