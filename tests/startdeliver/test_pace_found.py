"""The limit that a server has is found and kept near to: shares of what it lets in, and of its 429s, by simulation."""

from __future__ import annotations

import pytest

from tests.startdeliver.simulation import Outcome, Scenario, simulate

HOURS = {0.5: 2.0, 2.0: 1.0, 10.0: 0.4, 200.0: 0.08}


def is_near(outcome: Outcome) -> None:
    assert outcome.share_of_limit >= 0.95
    assert outcome.share_429 <= 0.01


@pytest.mark.parametrize("retry_after", ["whole", "exact"])
@pytest.mark.parametrize(
    ("rate", "burst"),
    [(0.5, 1), (0.5, 5), (2, 1), (2, 2), (2, 20), (10, 1), (10, 10), (10, 100), (200, 20), (200, 2_000)],
)
def test_the_limit_is_found_from_a_cold_start(rate: float, burst: float, retry_after: str) -> None:
    is_near(simulate(Scenario(rate, burst, retry_after, in_flight=16, latency=0.05, hours=HOURS[rate])))


@pytest.mark.parametrize(("rate", "burst"), [(0.5, 1), (0.5, 5), (2, 1), (2, 2), (2, 20)])
def test_where_a_429_costs_half_a_minute_it_is_risked_rarely(rate: float, burst: float) -> None:
    outcome = simulate(Scenario(rate, burst, "none", hours=4))
    is_near(outcome)
    assert outcome.too_many < 30


@pytest.mark.parametrize(("in_flight", "latency"), [(1, 0), (1, 0.3), (4, 0.3), (16, 0.3)])
@pytest.mark.parametrize(("rate", "burst"), [(2, 1), (2, 20), (10, 10)])
def test_many_requests_may_be_under_way_for_long(rate: float, burst: float, in_flight: int, latency: float) -> None:
    is_near(simulate(Scenario(rate, burst, in_flight=in_flight, latency=latency)))


@pytest.mark.parametrize("rate", [2, 10])
def test_some_may_be_under_way_for_longer_than_others(rate: float) -> None:
    is_near(simulate(Scenario(rate, rate, in_flight=16, jitter=0.3)))


@pytest.mark.parametrize("workers", [2, 4])
def test_several_workers_find_one_limit(workers: int) -> None:
    is_near(simulate(Scenario(10, 10, workers=workers)))


@pytest.mark.parametrize(("rate", "hours"), [(0.5, 6), (2, 3), (10, 1)])
@pytest.mark.parametrize("factor", [0.5, 2])
def test_a_limit_that_changes_is_found_again(rate: float, hours: float, factor: float) -> None:
    is_near(simulate(Scenario(rate, max(1, rate), hours=hours, changes=((hours * 1200, rate * factor),))))


def test_where_requests_come_back_too_slowly_for_the_limit_none_is_refused() -> None:
    outcome = simulate(Scenario(50, 50, in_flight=4, latency=0.2, hours=0.5))
    assert outcome.share_of_limit >= 0.99
    assert outcome.too_many == 0


def test_a_ceiling_below_the_limit_is_reached_and_never_passed() -> None:
    outcome = simulate(Scenario(10, 10, ceiling=5, workers=3, hours=0.2))
    assert outcome.too_many == 0
    assert 0.98 * 5 * 720 <= outcome.let_in <= 5 * 720 + 1
    second = [int(at) for at in outcome.sent_at]
    assert max(second.count(one) for one in set(second)) <= 7
