"""`check`: whether a run has all that it needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import typer
from rich.console import Console

from smrt_startdeliver.check.finding import Finding, State
from smrt_startdeliver.cli.connect import checked
from smrt_startdeliver.cli.output import show_json

MARKS: dict[State, tuple[str, str]] = {
    "ok": ("✓", "green"),
    "wrong": ("✗", "red"),
    "note": ("!", "yellow"),
    "unknown": ("?", "dim"),
}
"""How a line begins, and its style in a terminal."""


def check(*, as_json: bool) -> None:
    """Say each finding as it is made. Exits with 1 where something is wrong."""
    if as_json:
        findings = list(checked())
        show_json({"ok": is_good(findings), "checks": [asdict(finding) for finding in findings]})
    else:
        findings = _shown(checked())
    if not is_good(findings):
        raise typer.Exit(1)


def is_good(findings: Iterable[Finding]) -> bool:
    """Whether nothing is wrong; what could not be looked at is so because something else is."""
    return all(finding.state != "wrong" for finding in findings)


def _shown(findings: Iterable[Finding]) -> list[Finding]:
    console, shown = Console(highlight=False), []
    with console.status("Checking …"):
        for finding in findings:
            mark, style = MARKS[finding.state]
            line = f"{mark} {finding.about}: {finding.said}"
            console.print(line, style=style, markup=False, emoji=False, soft_wrap=True)
            shown.append(finding)
    wrong = sum(finding.state == "wrong" for finding in shown)
    said = f"{wrong} of {len(shown)} are wrong: mend them, then check again" if wrong else "A run can start."
    console.print(said, style="bold", markup=False)
    return shown
