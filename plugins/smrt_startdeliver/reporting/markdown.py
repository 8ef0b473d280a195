"""The report of a run, as Markdown: what it did or would do, why it left something out, and what it cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import get_args

from smrt_startdeliver.plan.fates import Fate
from smrt_startdeliver.reporting.summary import Summary
from smrt_startdeliver.stages.job import STAGES

_MEMBERS = ("members", "entered", "left", "held")


def report_of(summary: Summary) -> str:
    """The report: no line of it holds anything of a person."""
    blocks = [_head(summary), *_fates(summary), *_reasons(summary), *_audiences(summary), *_cost(summary)]
    return "\n\n".join(blocks) + "\n"


def _head(summary: Summary) -> str:
    asked = [word for word, on in (("full resync", summary.full_resync), ("forced", summary.force)) if on]
    title = "what it would do" if summary.dry_run else "what it did"
    lines = [
        f"# Run {summary.run}: {title}",
        "",
        f"- **Window**: {_moment(summary.window.start)} to {_moment(summary.window.end)}",
        f"- **Kind**: {', '.join([summary.kind, *asked])}; {', '.join(summary.entities)}",
        f"- **Guards**: {_guards(summary)}",
    ]
    if summary.dry_run:
        lines.append("- **Dry run**: nothing was written, neither to Startdeliver nor to the memory of what was sent")
    if summary.deferred:
        lines.append("- **Out of time**: what was left goes first in the next run")
    return "\n".join(lines)


def _guards(summary: Summary) -> str:
    if not summary.guard:
        return "none trips"
    if summary.force:
        return f"forced past {summary.guard}"
    return f"another run would be stopped by {summary.guard}"


def _fates(summary: Summary) -> Iterator[str]:
    """A row an entity, a column a fate that any of them met."""
    fates = [fate for fate in get_args(Fate) if any(fate == met for _, met, _ in summary.fates)]
    if not fates:
        yield "No row was read."
        return
    yield "## What becomes of every row" if summary.dry_run else "## What became of every row"
    yield _table(
        ["entity", *fates],
        ([entity, *(summary.rows(entity, fate) for fate in fates)] for entity in summary.names()),
    )


def _reasons(summary: Summary) -> Iterator[str]:
    rows = sorted((entity, fate, reason, rows) for (entity, fate, reason), rows in summary.fates.items() if reason)
    if rows:
        yield "## Why rows are left out"
        yield _table(["entity", "fate", "reason", "rows"], rows)


def _audiences(summary: Summary) -> Iterator[str]:
    if summary.audiences:
        yield "## Audiences"
        yield _table(
            ["audience", *_MEMBERS],
            ([key, *(counts.get(what, 0) for what in _MEMBERS)] for key, counts in sorted(summary.audiences.items())),
        )


def _cost(summary: Summary) -> Iterator[str]:
    yield "## What it cost"
    took = [(stage, f"{summary.seconds[stage]:,.1f}") for stage in STAGES if stage in summary.seconds]
    yield _table(["stage", "seconds"], took)
    yield _list("Requests", summary.requests)
    yield _list("Rows read", summary.tables)


def _list(title: str, counts: Mapping[str, int]) -> str:
    return f"**{title}**: " + (", ".join(f"{name} {count:,}" for name, count in counts.items()) or "none")


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table with columns of even width: readable as it stands, too."""
    cells = [[*head], *([f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows)]
    numbers = [
        all(row[column].replace(",", "").replace(".", "").isdigit() for row in cells[1:]) for column in range(len(head))
    ]
    widths = [max(3, *(len(row[column]) for row in cells)) for column in range(len(head))]
    rule = ["-" * (width - 1) + (":" if number else "-") for width, number in zip(widths, numbers, strict=True)]
    return "\n".join(
        "| "
        + " | ".join(_aligned(cell, width, number) for cell, width, number in zip(row, widths, numbers, strict=True))
        + " |"
        for row in [cells[0], rule, *cells[1:]]
    )


def _aligned(cell: str, width: int, number: bool) -> str:
    return cell.rjust(width) if number else cell.ljust(width)


def _moment(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"
