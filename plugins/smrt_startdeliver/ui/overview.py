"""Overview: what the last runs did and cost, how long ago the last one succeeded, and how far one is that goes on."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from smrt_startdeliver.ui.memory import Memory
from smrt_startdeliver.ui.pages import page

router = APIRouter()

_RUNS = 20


@router.get("/", name="overview")
def overview(request: Request, memory: Memory) -> Response:
    """The page."""
    return page(request, "overview.html", runs=memory.rows("ui/last_runs", runs=_RUNS))
