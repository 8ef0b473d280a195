"""Stacked bars as inline SVG: numbers in, places and sizes out; `charts.html` draws them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from smrt_startdeliver.ui.formats import count

WIDTH, HEIGHT = 720, 200
LEFT, BOTTOM, TOP = 56, 24, 16
"""Room for the numbers of the axis, and for the names of the bars; all in the units of the drawing."""
_LEAST = 1.5
"""What is more than nothing can be seen."""
_SHARE_OF_BAR = 0.7
_LABELS = 12
"""More names than these below the bars would run into each other."""


@dataclass(frozen=True)
class Part:
    """A part of a bar: a rectangle, the number of its series (for its colour), and what it says when pointed at."""

    x: float
    y: float
    width: float
    height: float
    series: int
    says: str


@dataclass(frozen=True)
class Label:
    """A text of an axis, and where."""

    at: float
    text: str


@dataclass(frozen=True)
class Chart:
    """Stacked bars with their axes; `series` are the names of the parts, from the bottom up."""

    title: str
    description: str
    series: tuple[str, ...]
    parts: tuple[Part, ...]
    names: tuple[Label, ...]
    ticks: tuple[Label, ...]


def stacked(title: str, bars: Sequence[str], series: Mapping[str, Sequence[float]], unit: str) -> Chart:
    """A bar for each name in `bars`; each series has a number for each of them. `unit` ends the numbers, as ` rows`."""
    totals = [sum(values) for values in zip(*series.values(), strict=True)]
    ticks = _ticks(max(totals, default=0))
    top = ticks[-1]
    step = (WIDTH - LEFT) / max(len(bars), 1)
    parts = []
    for place, name in enumerate(bars):
        base = float(HEIGHT - BOTTOM)
        for number, (what, values) in enumerate(series.items()):
            if values[place] > 0:
                height = max(values[place] / top * (HEIGHT - BOTTOM - TOP), _LEAST)
                base -= height
                left = LEFT + step * (place + (1 - _SHARE_OF_BAR) / 2)
                says = f"{name}: {what} {count(values[place])}{unit}"
                parts.append(Part(left, base, step * _SHARE_OF_BAR, height, number, says))
    every = ceil(len(bars) / _LABELS)
    return Chart(
        title,
        _described(bars, series, unit),
        tuple(series),
        tuple(parts),
        tuple(Label(LEFT + step * (place + 0.5), bars[place]) for place in range(0, len(bars), max(every, 1))),
        tuple(Label(_height_of(tick, top), count(tick)) for tick in ticks),
    )


def _height_of(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - value / top * (HEIGHT - BOTTOM - TOP)


def _ticks(highest: float) -> list[float]:
    """Whole numbers from 0 to the highest or above it, at most five steps of 1, 2 or 5 times a power of ten."""
    least = max(highest / 5, 1.0)
    power = 10.0 ** floor(log10(least))
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= least)
    return [step * tick for tick in range(max(ceil(highest / step), 1) + 1)]


def _described(bars: Sequence[str], series: Mapping[str, Sequence[float]], unit: str) -> str:
    """What the latest bar shows, in words; the numbers of all are in the table beside the chart."""
    if not bars:
        return "Nothing to show yet."
    latest = ", ".join(f"{what} {count(values[-1])}{unit}" for what, values in series.items() if values[-1])
    return f"The latest of {len(bars)}, {bars[-1]}: {latest or 'nothing'}."
