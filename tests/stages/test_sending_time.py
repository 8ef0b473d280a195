"""The lines that say how far a run is."""

from __future__ import annotations

import logging

import pytest

from smrt_startdeliver.stages.sending_time import Progress


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_line_says_how_many_of_how_many_how_fast_and_how_long_it_will_take(clock: Clock) -> None:
    progress = Progress("users", 20_000, clock=clock)
    clock.now = 120.0
    progress.add(1_200)
    assert progress.line() == "users: 1,200 of 20,000 (6 %), 10.0 a second, 31 min left"


def test_the_end_needs_no_estimate(clock: Clock) -> None:
    progress = Progress("users", 10, clock=clock)
    clock.now = 2.0
    progress.add(10)
    assert progress.line() == "users: 10 of 10 (100 %), 5.0 a second"


def test_lines_come_every_ten_seconds_and_at_the_end(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="smrt_startdeliver")
    progress = Progress("events", 100, clock=clock)
    for _ in range(100):
        clock.now += 0.5
        progress.add(1)
    assert len(caplog.records) == 5


def test_nothing_to_do_is_no_line(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="smrt_startdeliver")
    Progress("events", 0, clock=clock).add(0)
    assert caplog.records == []
