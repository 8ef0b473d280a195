"""docs/scaling.md says what the results say; `python -m bench --page` writes it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from bench import page, results
from bench.charts import chart
from bench.table import Line


def test_the_page_and_its_charts_are_what_the_results_say() -> None:
    assert page.filled(page.PAGE.read_text()) == page.PAGE.read_text()
    for name, svg in page.charts().items():
        assert (page.CHARTS / name).read_text() == svg


def test_every_part_stands_on_the_page_once_and_an_empty_one_takes_nothing_else_with_it() -> None:
    written = page.PAGE.read_text()
    assert re.findall(r"<!-- bench: (?!end)(\w+) -->\n\n", written) == list(page.PARTS)
    assert all(part() in written for part in page.PARTS.values())
    empty = "<!-- bench: {} -->\n\n<!-- bench: end -->\n\nBetween.\n\n"
    assert page.filled("".join(map(empty.format, page.PARTS))).count("Between.") == len(page.PARTS)


def test_every_line_of_the_table_stands_on_the_page_with_its_verdict() -> None:
    written = page.PAGE.read_text()
    lines = results.read_table()[1]
    assert lines
    for line in lines:
        assert f"| {' | '.join(line.cells())} |" in written


@pytest.mark.parametrize(
    ("measured", "target", "aim", "met"),
    [(2, 2, "at most", True), (3, 2, "at most", False), (1, 2, "at least", False), (3, 2, "exactly", False)],
)
def test_a_line_is_met_or_missed(measured: float, target: float, aim: str, met: bool) -> None:
    line = Line("what", measured, "x", target, aim, "how")  # type: ignore[arg-type]
    assert (line.met, line.verdict) == (met, "met" if met else "missed")


def test_a_chart_has_a_line_a_curve_and_a_dot_a_point() -> None:
    drawn = ElementTree.fromstring(chart("Time & memory", "s", {"one": [(10, 1.0), (100, 5.0)], "two": [(10, 2.0)]}))
    tags = [element.tag.rpartition("}")[2] for element in drawn]
    assert (tags.count("polyline"), tags.count("circle")) == (2, 3)
