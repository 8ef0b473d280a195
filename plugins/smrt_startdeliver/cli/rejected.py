"""`rejected`: what Startdeliver refused."""

from __future__ import annotations

from smrt_startdeliver.cli.connect import memory
from smrt_startdeliver.cli.output import show_json, show_rows

COLUMNS = ("entity", "key", "field", "reason", "answer", "tries", "first_at", "last_at", "parked_at")


def rejected(*, parked: bool, as_json: bool) -> None:
    """List refusals, the latest first."""
    with memory() as (state, _):
        rows = state.rows("refusals", parked=parked)
    if as_json:
        show_json([dict(row) for row in rows])
    else:
        show_rows([dict(row) for row in rows], COLUMNS)
