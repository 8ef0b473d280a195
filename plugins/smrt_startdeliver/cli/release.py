"""`release`: parked records and events are tried again."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from smrt_startdeliver.cli.connect import memory
from smrt_startdeliver.cli.output import show_json
from smrt_startdeliver.errors import ConfigurationError


def release(keys: Sequence[str] | None, entity: str | None, *, as_json: bool) -> None:
    """Release keys, or all where there are none. Raises ConfigurationError for keys of nothing that is parked."""
    with memory() as (state, _):
        released = state.rows("release", keys=list(keys) if keys else None, entity=entity)
    if as_json:
        show_json({"released": [dict(row) for row in released]})
    else:
        typer.echo(f"{len(released)} released: the next run tries them again")
    unknown = sorted({*(keys or ())} - {row["key"] for row in released})
    if unknown:
        raise ConfigurationError(f"not parked: {', '.join(unknown)} (see them with `rejected --parked`)")
