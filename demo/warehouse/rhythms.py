"""How often a customer comes, and on which days."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from random import Random


class Rhythm(StrEnum):
    """Kinds of customers, by when they come."""

    WEEKLY = "weekly"
    BIWEEKLY = "bi-weekly"
    MONTHLY = "monthly"
    OCCASIONAL = "occasional"
    LAPSING = "lapsing"
    LOST = "lost"
    WON_BACK = "won back"
    CORPORATE = "corporate"
    WEDDING = "wedding only"
    NEVER_CAME = "never came"


SHARES = {
    Rhythm.WEEKLY: 0.013,
    Rhythm.BIWEEKLY: 0.036,
    Rhythm.MONTHLY: 0.078,
    Rhythm.OCCASIONAL: 0.200,
    Rhythm.LAPSING: 0.035,
    Rhythm.LOST: 0.489,
    Rhythm.WON_BACK: 0.035,
    Rhythm.CORPORATE: 0.006,
    Rhythm.WEDDING: 0.038,
    Rhythm.NEVER_CAME: 0.070,
}
"""Share of each among all customers."""


def assign_rhythms(rng: Random, customers: int) -> list[Rhythm]:
    """A rhythm for each customer, in the shares above, at least one of each, in random order."""
    rhythms = [rhythm for rhythm, share in SHARES.items() for _ in range(max(1, round(share * customers)))]
    rhythms = (rhythms + [Rhythm.LOST] * customers)[:customers]
    rng.shuffle(rhythms)
    return rhythms


def visit_days(rng: Random, rhythm: Rhythm, joined: date, start: date, today: date) -> list[date]:
    """The days, from `joined` or `start` to `today`, on which one's clothes are handed over."""
    if rhythm is Rhythm.NEVER_CAME:
        return []
    if rhythm is Rhythm.WEDDING:
        return [_season_day(joined)]
    gaps, jitter = _GAPS[rhythm]
    gap = rng.choice(gaps)
    is_new = joined >= start
    day = joined if is_new else start + timedelta(days=rng.randrange(gap))
    leaves, returns = _away(rng, rhythm, gap, joined if is_new else date.min, today)
    days = []
    while day <= today:
        if not leaves < day < returns and rng.random() >= 0.05:  # now and then a visit is left out
            days.append(day)
        day += timedelta(days=gap + rng.randint(-jitter, jitter))
    return days


_FEW_WEEKS = (14, 21, 30, 45)
_GAPS = {
    Rhythm.WEEKLY: ((7,), 1),
    Rhythm.BIWEEKLY: ((14,), 2),
    Rhythm.MONTHLY: ((30,), 6),
    Rhythm.OCCASIONAL: ((100,), 60),
    Rhythm.LAPSING: (_FEW_WEEKS, 2),
    Rhythm.LOST: ((30, 45, 60, 90), 2),
    Rhythm.WON_BACK: (_FEW_WEEKS, 2),
    Rhythm.CORPORATE: ((7,), 1),
}
"""Days between visits (one of these is a customer's own), and how far they stray."""


def _away(rng: Random, rhythm: Rhythm, gap: int, joined: date, today: date) -> tuple[date, date]:
    """After which day one comes no more, and on which again."""
    if rhythm is Rhythm.LAPSING:
        return today - timedelta(days=round(gap * rng.uniform(1.2, 4.5))), date.max
    if rhythm is Rhythm.LOST:
        # Of many, even the last visit was before the history begins.
        return max(today - timedelta(days=rng.randint(100, 1250)), joined), date.max
    if rhythm is Rhythm.WON_BACK:
        returns = today - timedelta(days=rng.randint(5, 120))
        return returns - timedelta(days=rng.randint(75, 200)), returns
    return date.max, date.max


def _season_day(joined: date) -> date:
    """Weddings are from May to October: who signs up in winter comes with the first of May."""
    if 5 <= joined.month <= 10:
        return joined
    return date(joined.year + (joined.month > 10), 5, 1)
