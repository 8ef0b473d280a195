"""What a person sees while the demo works."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status

console = Console(highlight=False)


@contextmanager
def step(title: str) -> Iterator[Status]:
    """A step of the work: in motion while it lasts, ticked off with its seconds when it is done."""
    started = time.monotonic()
    with console.status(f"{title} …") as status:
        yield status
    console.print(f"[green]✓[/] {title} [dim]{time.monotonic() - started:.0f} s[/]")
