"""`preview`: what a computed trait or an audience comes to now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict

import typer
from rich.console import Console

from smrt_startdeliver.cli.connect import warehouse
from smrt_startdeliver.cli.output import show_json
from smrt_startdeliver.preview.audience import preview_audience
from smrt_startdeliver.preview.rehearsal import Rehearsal, rehearsal
from smrt_startdeliver.preview.trait import preview_trait


def audience(name: str, *, shown: int, as_json: bool) -> None:
    """Preview an audience."""
    with _rehearsal() as rehearsed:
        found = preview_audience(rehearsed, name, shown)
    if as_json:
        show_json(asdict(found))
        return
    change = found.change
    typer.echo(f"{found.name} ({found.key}): {change.now:,} of {found.customers:,} customers are in it")
    typer.echo(f"Against the last sync, which had {change.before:,}: {change.entered:,} enter, {change.left:,} leave")
    if found.held:
        typer.echo("A run would hold this change, as it is beyond guard_max_change; with force it would not")
    _say_where(found.fields, found.key)
    for title, user_ids, total in (
        ("Members", found.members, change.now),
        ("Entering", found.entering, change.entered),
        ("Leaving", found.leaving, change.left),
    ):
        if user_ids:
            more = f" and {total - len(user_ids):,} more" if total > len(user_ids) else ""
            typer.echo(f"{title}: {', '.join(user_ids)}{more}")


def trait(name: str, *, shown: int, as_json: bool) -> None:
    """Preview a computed trait."""
    with _rehearsal() as rehearsed:
        found = preview_trait(rehearsed, name, shown)
    if as_json:
        show_json(asdict(found))
        return
    typer.echo(f"{found.name} ({found.key}): {found.with_value:,} of {found.customers:,} customers have a value")
    for alias, differences in found.differences.items():
        typer.echo(f"Against the last sync, {alias}: {_counts(differences)}")
    _say_where(list(found.differences), found.key)
    for value, count in found.values.items():
        typer.echo(f"{count:>8,} times {value}")
    if found.sample:
        typer.echo(f"Sample: {', '.join(f'{user_id} {value}' for user_id, value in found.sample)}")


@contextmanager
def _rehearsal() -> Iterator[Rehearsal]:
    with warehouse() as (source, state, settings), Console(stderr=True).status("Reading the warehouse …"):
        yield rehearsal(source, state, settings)


def _say_where(fields: list[str], key: str) -> None:
    where = ", ".join(fields) if fields else f"nowhere: name a `field`, or map traits.{key} in the mapping document"
    typer.echo(f"Written to: {where}")


def _counts(differences: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in differences.items())
