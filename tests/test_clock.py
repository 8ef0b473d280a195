from __future__ import annotations

from datetime import UTC, datetime

import pytest

from smrt_startdeliver.clock import Interval

NOON = datetime(2024, 1, 5, 12, tzinfo=UTC)


def test_an_interval_may_be_empty() -> None:
    assert Interval(NOON, NOON).start == NOON


def test_an_interval_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="starts before it ends"):
        Interval(NOON, NOON.replace(hour=11))


@pytest.mark.parametrize("naive", ["start", "end"])
def test_times_without_a_zone_are_refused_by_name(naive: str) -> None:
    times = {"start": NOON, "end": NOON, naive: NOON.replace(tzinfo=None)}
    with pytest.raises(ValueError, match=f"interval's {naive} needs a time zone"):
        Interval(**times)
