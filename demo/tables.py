"""The demo's closing tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from rich import box
from rich.table import Table

from demo.account import WRITTEN, Account

_FATES = (*WRITTEN, "unchanged", "already sent", "skipped", "rejected")
_WITH_REASONS = ("skipped", "rejected")
_REQUESTS = {
    "check": "checks of the key and the fields",
    "lookup": "lookups, up to 500 keys each",
    "write": "writes",
    "429": "answered 429 and sent again",
}


def runs_table(runs: Mapping[str, Account]) -> Table:
    """What became of all rows of each run, with reasons, and what it cost."""
    accounts = runs.values()
    table = _table("Three runs", runs)
    _add(table, "rows in", (run.count("extracted") for run in accounts), "bold")
    for fate in _FATES:
        _add(table, f"  {fate}", (run.count(fate) for run in accounts))
        if fate in _WITH_REASONS:
            _add_each(table, [run.reasons(fate) for run in accounts])
    table.add_section()
    _add(table, "values left out", (run.values_left_out().total() for run in accounts), "bold")
    _add_each(table, [run.values_left_out() for run in accounts])
    table.add_section()
    _add(table, "requests", (sum(run.requests[purpose] for purpose in _REQUESTS) for run in accounts), "bold")
    for purpose, words in _REQUESTS.items():
        if any(run.requests[purpose] for run in accounts):
            _add(table, f"  {words}", (run.requests[purpose] for run in accounts))
    table.add_section()
    _add(table, "seconds", (run.seconds or 0 for run in accounts), "bold")
    return table


def entities_table(title: str, run: Account) -> Table:
    """What became of a run's rows, entity by entity."""
    columns = {"rows in": ("extracted",), "written": WRITTEN} | {
        fate: (fate,) for fate in _FATES if fate not in WRITTEN
    }
    table = _table(title, (column.replace(" ", "\n") for column in columns))
    for entity in sorted({entity for entity, _, _ in run.rows}, key=lambda name: (name[0].isupper(), name)):
        _add(table, entity, (run.count(*fates, entity=entity) for fates in columns.values()))
    return table


def audiences_table(title: str, run: Account) -> Table:
    """How each audience changed in a run."""
    columns = ("members", "entered", "left")
    table = _table(title, columns)
    for audience, counts in sorted(run.audiences.items()):
        _add(table, audience, (counts[column] for column in columns))
    return table


def _table(title: str, columns: Iterable[str]) -> Table:
    table = Table(title=title, title_style="bold", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column(min_width=24)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _add(table: Table, label: str, numbers: Iterable[float], style: str = "") -> None:
    table.add_row(label, *(f"{number:,.0f}" if number else "-" for number in numbers), style=style)


def _add_each(table: Table, reasons: list[Counter[str]]) -> None:
    for reason in sorted(set().union(*reasons)):
        _add(table, f"    {reason.replace('_', ' ')}", (counts[reason] for counts in reasons), "dim")
