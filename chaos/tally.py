"""What was killed and went wrong so far, what became of the runs, and what Startdeliver's stand-in holds in the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from rich import box
from rich.console import Group
from rich.table import Table

from chaos.peace import Peace
from chaos.striking import Outcome


@dataclass
class Tally:
    """Counts of what struck, by its kind, and of the runs that it struck; a run may be struck by two kinds at once."""

    kinds: Counter[str] = field(default_factory=Counter)
    broke: Counter[str] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    runs_broken: int = 0

    def count(self, outcome: Outcome) -> None:
        """Count a run that was to be struck."""
        self.runs += 1
        self.kinds.update(outcome.hit.kinds)
        if outcome.stage is not None:
            self.stages[outcome.stage] += 1
        if not outcome.succeeded:
            self.runs_broken += 1
            self.broke.update(outcome.hit.kinds)

    @property
    def total(self) -> int:
        """How much was killed and went wrong."""
        return self.kinds.total()


def tables(tally: Tally, peace: Peace) -> Group:
    """The tally for a person."""
    strikes = _table("What struck", "how many", "runs broken", "runs unbroken")
    for kind, number in sorted(tally.kinds.items()):
        _add(strikes, kind, number, tally.broke[kind], number - tally.broke[kind])
    strikes.add_section()
    _add(strikes, "in all", tally.total, tally.runs_broken, tally.runs - tally.runs_broken, style="bold")
    strikes.caption, strikes.caption_justify = f"and {peace.runs} runs in peace, each a success", "left"
    killed = _table("Where something was killed", "how many")
    for stage, number in tally.stages.most_common():
        _add(killed, stage, number)
    held = _table("In Startdeliver", "expected", "found", "twice", "lost", "too many", "unequal")
    for entity, compared in peace.comparisons.items():
        wrong = (compared.twice, compared.lost, compared.unexpected, compared.different)
        _add(held, entity, compared.expected, compared.found, *map(len, wrong))
    return Group(strikes, killed, held)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_style="bold", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column(min_width=28)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _add(table: Table, label: str, *numbers: int, style: str = "") -> None:
    table.add_row(label, *(f"{number:,}" for number in numbers), style=style)
