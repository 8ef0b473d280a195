"""The pace, on a clock that passes only while somebody sleeps."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from smrt_startdeliver.startdeliver.errors import Unreachable
from smrt_startdeliver.startdeliver.leases import Leases
from smrt_startdeliver.startdeliver.pace import Pace
from smrt_startdeliver.startdeliver.shared import InProcess
from tests.startdeliver.conftest import Clock


def pace(clock: Clock, ceiling: float | None = None, **options) -> Pace:
    return Pace(ceiling, clock=clock, sleep=clock.sleep, **options)


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


def refuse(pace: Pace, retry_after: float) -> None:
    """One request, answered 429."""
    pace.wait()
    pace.too_many(retry_after)


def test_the_first_request_waits_for_nothing_and_the_next_come_ever_faster(clock: Clock) -> None:
    moments = times(pace(clock), clock, 500)
    assert moments[0] == 1_000.0
    assert gaps(moments)[0] == pytest.approx(0.5)
    assert gaps(moments)[-1] < 0.01
    assert moments[-1] < 1_010


def test_while_nobody_answers_the_pace_does_not_grow(clock: Clock) -> None:
    silent = pace(clock)
    moments = []
    for _ in range(50):
        silent.wait()
        moments.append(clock.now)
    assert min(gaps(moments)) > 0.15


def test_a_ceiling_is_kept_to(clock: Clock) -> None:
    assert gaps(times(pace(clock, 4.0), clock, 20))[8:] == pytest.approx([0.25] * 11)


def test_time_that_nobody_used_is_not_made_up_for(clock: Clock) -> None:
    held = pace(clock, 2.0)
    held.wait()
    clock.sleep(60)
    assert gaps(times(held, clock, 3)) == pytest.approx([0.5, 0.5])


def test_moments_that_passed_while_everybody_was_busy_are_not_made_up_for(clock: Clock) -> None:
    busy = pace(clock, 100.0)
    times(busy, clock, 1_000)
    clock.sleep(0.2)
    assert sum(gap < 0.005 for gap in gaps(times(busy, clock, 50))) <= 10


def test_a_429_holds_everybody_until_its_time_is_over(clock: Clock) -> None:
    held = pace(clock)
    refuse(held, 30)
    start = clock.now
    moments = times(held, clock, 8)
    assert moments[0] == start + 30
    assert moments == sorted(set(moments))


def test_who_slept_when_a_429_came_is_held_too(clock: Clock) -> None:
    naps: list[float] = []

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 1:
            other_thread.submit(held.too_many, 30).result()
        clock.sleep(seconds)

    held = Pace(1.0, clock=clock, sleep=sleep)
    with ThreadPoolExecutor(1) as other_thread:
        other_thread.submit(held.wait).result()
        held.wait()
    assert clock.now == 1_030.0
    assert len(naps) == 2


def test_further_429s_of_requests_that_were_under_way_slow_nobody_further(clock: Clock) -> None:
    def gap_after(answers_429: int) -> float:
        mine = Clock()
        slowed = pace(mine)
        times(slowed, mine, 50)
        threads = [ThreadPoolExecutor(1) for _ in range(8)]
        for thread in threads:
            thread.submit(slowed.wait).result()
        for number, thread in enumerate(threads):
            if number < answers_429:
                thread.submit(slowed.too_many, 5).result()
            thread.shutdown()
        return gaps(times(slowed, mine, 100))[-1]

    assert gap_after(8) == pytest.approx(gap_after(1))


def test_what_another_worker_had_leased_ahead_does_not_outlast_its_next_lease(clock: Clock) -> None:
    store = InProcess(clock)
    one, other = (Leases(store, 40.0, None, clock) for _ in range(2))
    for _ in range(60):  # beyond the start, so that a lease is of ten moments
        clock.now = max(clock.now, other.take().at)
    refused = one.take()
    one.refused(refused, 30)
    until = clock.now + 30
    moments = [other.take().at for _ in range(12)]
    assert len([at for at in moments if at < until]) < 10
    assert moments[-1] >= until


def test_after_a_429_it_goes_on_more_slowly_and_recovers_while_no_other_comes(clock: Clock) -> None:
    found = pace(clock)
    before = gaps(times(found, clock, 100))[-1]
    refuse(found, 1)
    after = gaps(times(found, clock, 1_000))
    assert max(after[:300]) > before
    assert after[-1] < max(after[:300]) * 0.7


def test_a_pace_that_was_found_never_passes_the_ceiling(clock: Clock) -> None:
    found = pace(clock, 2.0)
    refuse(found, 1)
    assert min(gaps(times(found, clock, 5_000))) >= 0.5 - 1e-6


def test_a_server_that_says_429_and_not_for_how_long_is_asked_ever_more_slowly(clock: Clock) -> None:
    refusing = pace(clock)
    moments = []
    for _ in range(50):
        refuse(refusing, 0)
        moments.append(clock.now)
    assert 1 < gaps(moments)[-1] < 20


def test_without_a_quota_nothing_is_ever_spent(clock: Clock) -> None:
    free = pace(clock)
    times(free, clock, 100)
    assert free.quota_left() is None
    assert not free.quota_spent


def test_a_quota_counts_every_request_of_any_answer_and_holds_nobody_once_it_is_spent(clock: Clock) -> None:
    bounded = pace(clock, 1_000.0, daily_quota=300)
    assert bounded.quota_left() == 300
    times(bounded, clock, 150)
    for _ in range(10):
        refuse(bounded, 1)
    bounded.wait()  # never answered
    assert bounded.quota_left() == 139
    times(bounded, clock, 138)
    assert not bounded.quota_spent
    before = clock.now
    times(bounded, clock, 3)
    assert bounded.quota_spent
    assert clock.now - before < 60


def test_moments_that_nobody_used_do_not_count_against_the_quota(clock: Clock) -> None:
    bounded = pace(clock, 1_000.0, daily_quota=10_000)
    for _ in range(20):
        times(bounded, clock, 50)
        clock.sleep(30)
    assert bounded.quota_left() == 9_000


def test_a_new_day_has_its_own_quota(clock: Clock) -> None:
    bounded = pace(clock, daily_quota=10)
    times(bounded, clock, 10)
    assert bounded.quota_spent
    clock.sleep(86_400)
    times(bounded, clock, 1)
    assert bounded.quota_left() == 9


def test_who_has_no_patience_is_told_instead_of_waiting(clock: Clock) -> None:
    store = InProcess(clock)
    refuse(pace(clock, store=store), 60)
    impatient = pace(clock, store=store, longest_wait_seconds=5)
    slept = len(clock.slept)
    with pytest.raises(Unreachable, match=r"lets nobody ask it for another 6\d seconds"):
        impatient.wait()
    assert len(clock.slept) == slept
    clock.now += 120
    impatient.wait()
