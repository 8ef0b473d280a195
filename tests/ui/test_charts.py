"""Where the parts of stacked bars are, and what is said of them."""

from __future__ import annotations

import itertools

import pytest

from smrt_startdeliver.ui.charts import BOTTOM, HEIGHT, LEFT, TOP, WIDTH, stacked
from smrt_startdeliver.ui.formats import span

FLOOR, ROOM = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP


def test_parts_stand_on_each_other_as_high_as_their_numbers() -> None:
    chart = stacked("Rows", ["a", "b"], {"created": [60, 0], "sent": [40, 20]}, " rows")
    assert [label.text for label in chart.ticks] == ["0", "20", "40", "60", "80", "100"]
    first, second, third = chart.parts
    assert (first.y + first.height, first.height) == pytest.approx((FLOOR, 0.6 * ROOM))
    assert (second.y + second.height, second.y) == pytest.approx((first.y, TOP))
    assert (third.y + third.height, third.height) == pytest.approx((FLOOR, 0.2 * ROOM))
    assert [part.series for part in chart.parts] == [0, 1, 1]
    assert [part.says for part in chart.parts] == ["a: created 60 rows", "a: sent 40 rows", "b: sent 20 rows"]


def test_bars_are_within_the_drawing_and_beside_each_other() -> None:
    chart = stacked("Rows", [str(bar) for bar in range(20)], {"created": range(1, 21)}, "")
    edges = [(part.x, part.x + part.width) for part in chart.parts]
    assert len(edges) == 20
    assert edges[0][0] >= LEFT
    assert edges[-1][1] <= WIDTH
    assert all(left[1] < right[0] for left, right in itertools.pairwise(edges))
    assert len(chart.names) == 10


def test_what_is_more_than_nothing_can_be_seen() -> None:
    chart = stacked("Rows", ["a"], {"created": [1], "unchanged": [1_000_000]}, "")
    assert chart.parts[0].height >= 1


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        (0, ["0", "1"]),
        (5, ["0", "1", "2", "3", "4", "5"]),
        (6, ["0", "2", "4", "6"]),
        (1_070, ["0", "500", "1,000", "1,500"]),
        (20_735, ["0", "5,000", "10,000", "15,000", "20,000", "25,000"]),
        (50, ["0", "10", "20", "30", "40", "50"]),
    ],
)
def test_the_axis_counts_in_numbers_that_read_well(highest: int, ticks: list[str]) -> None:
    assert [label.text for label in stacked("Rows", ["a"], {"created": [highest]}, "").ticks] == ticks


def test_no_bars_are_a_drawing_too() -> None:
    chart = stacked("Rows", [], {"created": []}, "")
    assert (chart.parts, chart.names, chart.description) == ((), (), "Nothing to show yet.")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, ""),
        (-3, "0 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (3_725, "1 h 2 min"),
        (90_000, "1 d 1 h"),
        (86_400, "1 d"),
    ],
)
def test_a_span_is_said_in_its_two_largest_units(seconds: float | None, said: str) -> None:
    assert span(seconds) == said
