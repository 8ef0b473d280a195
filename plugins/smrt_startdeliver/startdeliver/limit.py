"""Finding the server's limit from its 429s: pure, numbers in and numbers out.

The pace climbs, as TCP CUBIC's window does: from a little below where the limit seems to be, ever more slowly as it
comes near, then, as long as it goes well, in ever larger steps beyond. A 429 ends the climb, and says where the limit
is: not above the pace at which it came, and not below what was let in since the last one, as the server had nothing
left at either moment. The next climb is as long as makes its 429 cheap: the longer the server holds us, the rarer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

FIRST_RATE = 2.0
"""Requests a second at the very start: what an integrator's public script keeps to."""
LEASE_SECONDS = 0.25
"""So much is granted at once."""

_SPEED_UP = 3.0
"""The pace never climbs above so many times what is really sent. At the start that alone holds it: it doubles fast."""
_FIRST_WINDOW_SECONDS = 1.0
_FASTEST = 10_000.0
_SLOWEST_PEAK = 0.2

_LEAST_CAUTION = 0.05
_MOST_CAUTION = 0.4
_HOLDS_A_CLIMB = 3.0
_REQUESTS_A_CLIMB = 15.0
_SHORTEST_CLIMB_SECONDS = 1.0
"""A climb takes the longest of these, divided by the caution. At the least caution a 429 costs 1/60 of the time in
holds, and 1/300 of the requests."""
_STEEPNESS = 0.4
"""So much faster than the peak is the pace after twice the time of a climb."""


@dataclass(frozen=True)
class Limit:
    """What is known of the server's limit, and how far it is used. Times are seconds on the clock of whoever keeps it.

    `next_at`: the first moment that is not granted yet. `held_until`: nothing is sent before.
    `holds`: how many 429s were heeded. `hold_seconds`: how long the last one held us.
    `peak`: requests a second where the limit seems to be; None until the first 429. `caution`: the share of the peak
    that a climb begins below it.
    `climbed_seconds`: of granted time in this climb. `sent` requests in `sent_seconds`: the same, weighted to the last.
    """

    next_at: float = 0.0
    held_until: float = 0.0
    holds: int = 0
    hold_seconds: float = 0.0
    peak: float | None = None
    caution: float = 0.0
    climbed_seconds: float = 0.0
    sent: float = 0.0
    sent_seconds: float = 0.0


def rate(limit: Limit, ceiling: float | None) -> float:
    """Requests a second, now."""
    fast = ceiling or _FASTEST
    if limit.peak is None:
        return min(max(FIRST_RATE, _SPEED_UP * _sent_a_second(limit)), fast)
    beyond = limit.climbed_seconds / _climb_seconds(limit) - 1
    shape = limit.caution * beyond**3 if beyond < 0 else _STEEPNESS * beyond**5
    return min(limit.peak * (1 + shape), max(limit.peak, _SPEED_UP * _sent_a_second(limit)), fast)


def found_rate(limit: Limit, ceiling: float | None) -> float | None:
    """Requests a second as they were found to go: where the limit seems to be, else what was sent; None: unknown."""
    known = limit.peak or (limit.sent / limit.sent_seconds if limit.sent_seconds else None)
    return min(known, ceiling) if known and ceiling else known or ceiling


def grant(limit: Limit, now: float, ceiling: float | None) -> tuple[Limit, list[float]]:
    """The next moments to send at, a lease's worth: a single one where the pace is slow. Times passed are not given."""
    pace = rate(limit, ceiling)
    count = max(1, int(pace * LEASE_SECONDS))
    start = max(now, limit.next_at, limit.held_until)
    seconds = count / pace
    window = _FIRST_WINDOW_SECONDS if limit.peak is None else _climb_seconds(limit) / 2
    fading = math.exp(-seconds / window)
    granted = replace(
        limit,
        next_at=start + seconds,
        climbed_seconds=limit.climbed_seconds + seconds,
        sent=limit.sent * fading + count,
        sent_seconds=limit.sent_seconds * fading + seconds,
    )
    return granted, [start + number / pace for number in range(count)]


def unused(limit: Limit, requests: int) -> Limit:
    """So many of the granted moments were not used, or nobody answered: they say nothing of the server."""
    return replace(limit, sent=max(0.0, limit.sent - requests))


def refused(limit: Limit, now: float, retry_after: float, holds: int, ceiling: float | None) -> Limit:
    """A 429 came to a request that was granted when so many `holds` had been: all wait for `retry_after` seconds.

    One that was granted before the last 429 was heeded says nothing new of the limit.
    """
    until = max(limit.held_until, now + retry_after)
    if holds < limit.holds:
        longer = limit.hold_seconds + until - limit.held_until
        return replace(limit, held_until=until, next_at=max(limit.next_at, until), hold_seconds=longer)
    pace = rate(limit, ceiling)
    peak, caution = _lesson(limit, now, pace)
    # What is granted beyond the hold stays; the gap behind it becomes that of the new pace.
    next_at = limit.next_at - 1 / pace + 1 / (peak * (1 - caution))
    return Limit(max(next_at, until), until, limit.holds + 1, until - now, peak, caution)


def _lesson(limit: Limit, now: float, pace: float) -> tuple[float, float]:
    """Where the limit is and how sure that is, by the climb that ends now.

    After a long climb the limit is about the pace of now, after a short one rather what was sent in it, if not less.
    Caution halves with a climb that lasted as long as it should have, and grows with one that did not.
    """
    sent = min(_sent_a_second(limit), pace)
    if limit.peak is None:
        share, caution = 1.0, _MOST_CAUTION
    else:
        climbed = limit.climbed_seconds - max(0.0, limit.next_at - now)
        share = climbed / _climb_seconds(limit)
        caution = limit.caution / (2 * share) if share > 0 else _MOST_CAUTION
    peak = sent + min(max(share, 0.0) / 2, 1.0) * (pace - sent)
    return max(peak, _SLOWEST_PEAK), min(max(caution, _LEAST_CAUTION), _MOST_CAUTION)


def _sent_a_second(limit: Limit) -> float:
    seconds = max(limit.sent_seconds, _FIRST_WINDOW_SECONDS) if limit.peak is None else limit.sent_seconds
    return limit.sent / seconds if seconds else 0.0


def _climb_seconds(limit: Limit) -> float:
    """How long it takes from the start of a climb to its peak."""
    affordable = max(
        _HOLDS_A_CLIMB * limit.hold_seconds, _REQUESTS_A_CLIMB / (limit.peak or FIRST_RATE), _SHORTEST_CLIMB_SECONDS
    )
    return affordable / limit.caution
