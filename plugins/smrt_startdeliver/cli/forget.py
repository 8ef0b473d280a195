"""`forget`: a person leaves."""

from __future__ import annotations

from collections import Counter

import typer
from rich.console import Console

from smrt_startdeliver.cli.connect import memory, startdeliver
from smrt_startdeliver.cli.output import show_json
from smrt_startdeliver.forget import forget as forget_person
from smrt_startdeliver.mapping.document import parse_mapping
from smrt_startdeliver.mapping.source import mapping_text


def forget(customer: str, *, in_startdeliver: bool, as_json: bool) -> None:
    """Forget a person, and say what was removed: counts alone."""
    with memory() as (state, settings):
        mapping = mapping_text()
        document = parse_mapping(mapping.text, mapping.source)
        api = startdeliver(settings, state) if in_startdeliver else None
        with Console(stderr=True).status("Waiting until no run sends …"):
            forgotten = forget_person(state, customer, document, settings, api)
    if as_json:
        show_json({"anew": forgotten.anew, "rows": forgotten.rows, "in_startdeliver": forgotten.objects})
        return
    typer.echo("Forgotten: nothing of theirs is sent any more." if forgotten.anew else "They were forgotten already.")
    removed, deleted = _counts(forgotten.rows), _counts(forgotten.objects)
    schema = settings.state_schema
    typer.echo(f"Removed from schema {schema}: {removed}." if removed else f"Schema {schema} held nothing of theirs.")
    if in_startdeliver:
        typer.echo(f"Deleted in Startdeliver: {deleted}." if deleted else "Nobody of theirs was found in Startdeliver.")


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)
