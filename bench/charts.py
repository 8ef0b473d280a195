"""Charts as SVG: lines over a logarithmic axis of customers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from math import log10

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 720, 340, 70, 170, 40, 50
_COLOURS = ("#3f51b5", "#e65100", "#00796b", "#7b1fa2", "#c62828")
Points = Sequence[tuple[float, float]]


def chart(title: str, y_label: str, curves: Mapping[str, Points]) -> str:
    """An SVG with a line a curve, both axes logarithmic, every point with its number."""
    xs = [x for points in curves.values() for x, _ in points]
    ys = [y for points in curves.values() for _, y in points if y > 0]
    across, up = _scale(xs, _LEFT, _WIDTH - _RIGHT), _scale(ys, _HEIGHT - _BOTTOM, _TOP)
    parts = [_text(_LEFT, 22, title, size=15), _text(10, _TOP - 4, y_label)]
    for x in sorted(set(xs)):
        parts.append(_line(across(x), _TOP, across(x), _HEIGHT - _BOTTOM, "#ccc"))
        parts.append(_text(across(x), _HEIGHT - _BOTTOM + 18, f"{x:,.0f}", anchor="middle"))
    parts.append(_text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 10, "customers", anchor="middle"))
    for colour, (name, points) in zip(_COLOURS, curves.items(), strict=False):
        places = [(across(x), up(y), y) for x, y in points if y > 0]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for x, y, value in places:
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>')
            parts.append(_text(x - 6, y - 6, f"{value:,.3g}" if value < 1000 else f"{value:,.0f}", anchor="end"))
        if places:
            parts.append(_text(places[-1][0] + 10, places[-1][1] + 4, name, colour=colour))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(title)}" font-family="sans-serif">\n'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _scale(values: Sequence[float], begin: float, end: float) -> Callable[[float], float]:
    """From a value to its place between two edges."""
    low, high = log10(min(values)), log10(max(values))
    span = high - low or 1.0
    return lambda value: begin + (log10(value) - low) / span * (end - begin)


def _text(x: float, y: float, text: str, *, size: int = 12, anchor: str = "start", colour: str = "#333") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'
