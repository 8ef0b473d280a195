"""How results look: JSON where it is asked for, a table in a terminal, lines of tab-separated values in a pipe."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import RowMapping


def show_json(result: Any) -> None:
    """Print a result as JSON; times are ISO 8601."""
    typer.echo(json.dumps(result, ensure_ascii=False, indent=2, default=datetime.isoformat))


def say(text: str, style: str = "") -> None:
    """Print a line; the style (of rich) shows in a terminal alone."""
    Console(highlight=False).print(text, style=style, markup=False, emoji=False, soft_wrap=True)


def show_rows(rows: Sequence[RowMapping], columns: Sequence[str]) -> None:
    """Print rows, with their columns' names as the head."""
    texts = [[_text(row[column]) for column in columns] for row in rows]
    console = Console()
    if not console.is_terminal:
        for line in [columns, *texts]:
            typer.echo("\t".join(line))
        return
    table = Table(*columns, header_style="bold")
    for line in texts:
        table.add_row(*line)
    console.print(table)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}Z"
    return "" if value is None else str(value)
