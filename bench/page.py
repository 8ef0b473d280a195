"""docs/scaling.md: between its marks stands what the results say, and nothing else does."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bench import results
from bench.charts import chart
from demo.home import REPOSITORY

PAGE = REPOSITORY / "docs" / "scaling.md"
CHARTS = REPOSITORY / "docs" / "img"
_MARKED = re.compile(r"<!-- bench: (\w+) -->\n.*?<!-- bench: end -->", re.DOTALL)
_RUNS = {
    "first": "first sync",
    "whole": "everybody looked at",
    "unchanged": "nothing changed",
    "changed": "0.1 % changed",
}
_SENDS = ("load_customers", "load_users", "load_events")
_RATES = (10, 50, 200, 1000)
"""Requests a second that Startdeliver may allow: what it does allow is found while sending."""
_MANY = 100_000_000


def rewrite() -> None:
    """Write the page and its charts anew from the results."""
    PAGE.write_text(filled(PAGE.read_text()))
    for name, svg in charts().items():
        (CHARTS / name).write_text(svg)


def filled(page: str) -> str:
    """The page with what the results say between its marks."""
    return _MARKED.sub(lambda found: f"<!-- bench: {found[1]} -->\n\n{PARTS[found[1]]()}\n\n<!-- bench: end -->", page)


def charts() -> dict[str, str]:
    """File name -> SVG."""
    curves = results.read_curves()

    def points(run: str, what: str, workers: int = 1) -> list[tuple[float, float]]:
        return [(one["customers"], one[run][what]) for one in curves if one["workers"] == workers]

    seconds = {name: points(run, "seconds") for run, name in _RUNS.items()}
    seconds[f"{_RUNS['first']}, 2 workers"] = points("first", "seconds", 2)
    peaks = {name: points(run, "peak_mib") for run, name in _RUNS.items()}
    return {
        "scaling-seconds.svg": chart("Seconds a run, into a null transport", "s", seconds),
        "scaling-memory.svg": chart("Peak memory of the one process of a run", "MiB", peaks),
    }


def _table() -> str:
    machine, lines = results.read_table()
    rows = [" | ".join((*line.cells(), line.how)) for line in lines]
    return "\n".join(
        [
            "| What | Measured | Target | | How |",
            "|---|---|---|---|---|",
            *(f"| {row} |" for row in rows),
            "",
            f"On: {machine}.",
        ]
    )


def _curves() -> str:
    head = ["customers", "rows", "workers", "run", "seconds", "of them sending", "peak MiB", "write requests", "load"]
    rows = []
    for one in results.read_curves():
        for run, name in _RUNS.items():
            cost = one[run]
            sending = sum(cost["stages"][stage] for stage in _SENDS)
            rows.append(
                f"| {one['customers']:,} | {one['rows']:,} | {one['workers']} | {name} | {cost['seconds']:,.1f} | "
                f"{sending:,.1f} | {cost['peak_mib']:,} | {cost['writes']:,} | {_load(one['machine'])} |"
            )
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head), *rows])


def _load(machine: str) -> str:
    """How busy it was, with the runs and with other things: its load average."""
    return machine.rpartition(" ")[2]


def _stages() -> str:
    largest = _largest()
    head = ["stage", *_RUNS.values()]
    rows = [
        f"| `{stage}` | " + " | ".join(f"{largest[run]['stages'][stage]:,.1f}" for run in _RUNS) + " |"
        for stage in largest["first"]["stages"]
    ]
    return "\n".join(
        [
            f"Seconds, of {largest['customers']:,} customers:",
            "",
            f"| {' | '.join(head)} |",
            "|" + "---|" * len(head),
            *rows,
        ]
    )


def _largest() -> dict[str, Any]:
    """The largest warehouse that one worker was measured on."""
    return [one for one in results.read_curves() if one["workers"] == 1][-1]


def _arithmetic() -> str:
    """How long a run over a hundred million customers takes, at the paces that Startdeliver may allow."""
    largest = _largest()
    share = _MANY / largest["customers"]
    first_writes = largest["first"]["writes"] * share
    preparing = {
        run: share * sum(s for stage, s in largest[run]["stages"].items() if stage not in _SENDS) / 3600
        for run in ("first", "unchanged", "changed")
    }
    writes = {"first": first_writes, "unchanged": 0.0, "changed": largest["changed"]["writes"] * share}
    head = ["run", "write requests", "preparing, one process", *(f"sending at {rate:,}/s" for rate in _RATES)]
    rows = [
        f"| {_RUNS[run]} | {writes[run]:,.0f} | {preparing[run]:,.1f} h | "
        + " | ".join(f"{writes[run] / rate / 3600:,.1f} h" for rate in _RATES)
        + " |"
        for run in preparing
    ]
    return "\n".join(
        [
            f"{_MANY:,} customers, in proportion to what {largest['customers']:,} took:",
            "",
            f"| {' | '.join(head)} |",
            "|" + "---|" * len(head),
            *rows,
        ]
    )


PARTS: dict[str, Callable[[], str]] = {
    "table": _table,
    "curves": _curves,
    "stages": _stages,
    "arithmetic": _arithmetic,
}
"""Mark -> what stands after it."""
