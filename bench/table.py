"""What was measured, against what was aimed at: the lines of the table, and how they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rich.table import Table

Unit = Literal["x", "MiB", "requests", "rows", "connections"]


@dataclass(frozen=True)
class Line:
    """One line: `measured` in `unit`, aimed at being at most or at least `target`; `how` says what was set beside what.

    `exactly` is a target that must be met to the last request.
    """

    what: str
    measured: float
    unit: Unit
    target: float
    aim: Literal["at most", "at least", "exactly"]
    how: str

    @property
    def met(self) -> bool:
        """Whether what was aimed at was reached."""
        if self.aim == "exactly":
            return self.measured == self.target
        return self.measured <= self.target if self.aim == "at most" else self.measured >= self.target

    @property
    def verdict(self) -> str:
        """In a word."""
        return "met" if self.met else "missed"

    def cells(self) -> tuple[str, str, str, str]:
        """What, measured, target, and the verdict."""
        return (
            self.what,
            quantity(self.measured, self.unit),
            f"{self.aim} {quantity(self.target, self.unit)}",
            self.verdict,
        )


def quantity(value: float, unit: Unit) -> str:
    """A number with its unit: a ratio with as many decimals as say something, all else whole."""
    if unit == "x":
        return f"{value:.2f} x" if value < 10 else f"{value:,.1f} x"
    return f"{value:,.0f} {unit}"


def table(lines: list[Line], title: str) -> Table:
    """The lines as a terminal shows them."""
    shown = Table("What", "Measured", "Target", "", title=title, title_justify="left")
    for line in lines:
        what, measured, target, verdict = line.cells()
        shown.add_row(
            f"{what}\n[dim]{line.how}[/]", measured, target, f"[{'green' if line.met else 'red'}]{verdict}[/]"
        )
    return shown
