"""How results look: JSON where it is asked for, a table in a terminal, lines of tab-separated values in a pipe."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table


def show_json(result: Any) -> None:
    """Print a result as JSON; times are ISO 8601."""
    typer.echo(json.dumps(result, ensure_ascii=False, indent=2, default=datetime.isoformat))


def say(text: str, style: str = "") -> None:
    """Print a line; the style (of rich) shows in a terminal alone."""
    Console(highlight=False).print(text, style=style, markup=False, emoji=False, soft_wrap=True)


def show_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Print rows, with their columns' names as the head."""
    texts = [[_text(row[column]) for column in columns] for row in rows]
    console = Console()
    if not console.is_terminal:
        for line in [columns, *texts]:
            typer.echo("\t".join(line))
        return
    table = Table(header_style="bold", box=SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold")  # a key that was cut could not be copied
    for line in texts:
        table.add_row(*line)
    console.print(table)


def minute(time: datetime) -> str:
    """A time in UTC, to the minute."""
    return f"{time:%Y-%m-%d %H:%M}Z"


def amount(number: int) -> str:
    """A count, with its thousands set apart."""
    return f"{number:,}"


def counted(counts: Mapping[str, int]) -> str:
    """Counts by what they are of, as `no_id 3, duplicate 1`."""
    return ", ".join(f"{what} {count:,}" for what, count in counts.items())


def duration(seconds: float) -> str:
    """A stretch of time in the unit that fits it: `42 s`, `12 min`, `3.5 h`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 100 else f"{minutes / 60:,.1f} h"


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return minute(value)
    return "" if value is None else str(value)
