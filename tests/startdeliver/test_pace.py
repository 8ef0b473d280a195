"""The pace, on a clock that passes only while somebody sleeps."""

from __future__ import annotations

from itertools import pairwise

import pytest

from smrt_startdeliver.startdeliver.pace import Pace
from tests.startdeliver.conftest import Clock


def times(pace: Pace, clock: Clock, requests: int) -> list[float]:
    """The moments at which so many requests are let go, each answered at once."""
    moments = []
    for _ in range(requests):
        pace.wait()
        moments.append(clock.now)
        pace.answered()
    return moments


def gaps(moments: list[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(moments)]


def pace(clock: Clock, ceiling: float | None = None) -> Pace:
    return Pace(ceiling, clock=clock, sleep=clock.sleep)


def test_without_a_ceiling_and_without_a_429_nobody_waits(clock: Clock) -> None:
    times(pace(clock), clock, 1_000)
    assert clock.slept == []


def test_a_ceiling_is_kept_to(clock: Clock) -> None:
    assert gaps(times(pace(clock, 4.0), clock, 20)) == pytest.approx([0.25] * 19)


def test_time_that_nobody_used_is_not_made_up_for(clock: Clock) -> None:
    held = pace(clock, 2.0)
    held.wait()
    clock.sleep(60)
    moments = times(held, clock, 3)
    assert gaps(moments) == pytest.approx([0.5, 0.5])


def test_a_429_holds_everybody_until_its_time_is_over(clock: Clock) -> None:
    held = pace(clock)
    held.too_many(30)
    start = clock.now
    moments = times(held, clock, 8)
    assert moments[0] == start + 30
    assert moments == sorted(set(moments))


def test_who_slept_when_a_429_came_is_held_too(clock: Clock) -> None:
    held = Pace(1.0, clock=clock, sleep=lambda seconds: naps.append(seconds) or naps_end(seconds))
    naps: list[float] = []

    def naps_end(seconds: float) -> None:
        if len(naps) == 1:
            held.too_many(30)
        clock.sleep(seconds)

    held.wait()
    start = clock.now
    held.wait()
    assert clock.now >= start + 30
    assert len(naps) == 2


def test_after_a_429_the_pace_is_a_little_below_what_was_answered(clock: Clock) -> None:
    found = pace(clock)
    for _ in range(50):  # ten a second
        clock.sleep(0.1)
        found.wait()
        found.answered()
    found.too_many(5)
    between = gaps(times(found, clock, 5))
    assert all(1 / 10 < gap < 1 / 8 for gap in between)


def test_further_429s_of_requests_that_were_under_way_slow_nobody_further(clock: Clock) -> None:
    def gap_after(answers_429: int) -> float:
        mine = Clock()
        slowed = pace(mine)
        for _ in range(50):
            mine.sleep(0.1)
            slowed.answered()
        for _ in range(answers_429):
            slowed.too_many(5)
        return gaps(times(slowed, mine, 2))[0]

    assert gap_after(8) == gap_after(1)


def test_the_pace_recovers_upwards_while_no_429_comes(clock: Clock) -> None:
    found = pace(clock)
    found.too_many(1)
    before = gaps(times(found, clock, 2))[0]
    clock.sleep(300)
    after = gaps(times(found, clock, 2))[0]
    assert after < before / 10


def test_a_pace_that_was_found_never_passes_the_ceiling(clock: Clock) -> None:
    found = pace(clock, 2.0)
    found.too_many(1)
    clock.sleep(100_000)
    assert gaps(times(found, clock, 5)) == pytest.approx([0.5] * 4)


def test_a_server_that_answered_nothing_before_its_429_is_asked_slowly(clock: Clock) -> None:
    found = pace(clock)
    found.too_many(0)
    assert 1 < gaps(times(found, clock, 2))[0] <= 2
