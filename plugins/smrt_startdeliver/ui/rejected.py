"""Rejected: what Startdeliver refused and what was rejected before it was sent, filtered, released, exported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

from airflow.api_fastapi.logging.decorators import action_logging
from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from sqlalchemy import RowMapping

from smrt_startdeliver.stages.users_at_path import AT_PATH
from smrt_startdeliver.state.database import State
from smrt_startdeliver.ui.access import MayAct
from smrt_startdeliver.ui.csv_file import csv_file
from smrt_startdeliver.ui.memory import Memory
from smrt_startdeliver.ui.pages import page, url_of

router = APIRouter()

_ROWS = 100
List = Literal["refusals", "rejections"]
"""What Startdeliver refused; and what was rejected before it was sent."""
_EXPORTED = {
    "refusals": ("entity", "key", "field", "reason", "tries", "first_at", "last_at", "parked_at"),
    "rejections": ("entity", "key", "field", "reason", "shape", "first_run", "last_run", "last_at"),
}
"""Keys, reasons and shapes; never what a record holds, and not what Startdeliver answered to it."""


class Filter(BaseModel):
    """What is asked for: '' is all."""

    entity: str = ""
    reason: str = ""
    parked: Literal["", "yes", "no"] = ""

    def rows(self, memory: State, which: List, rows: int | None = None, skipped: int = 0) -> Sequence[RowMapping]:
        """The rows of a list that it lets through. Only what was refused can be parked."""
        parameters: dict[str, Any] = {"entity": self.entity or None, "reason": self.reason or None}
        if which == "refusals":
            parameters["parked"] = {"": None, "yes": True, "no": False}[self.parked]
        return memory.rows(f"ui/{which}", **parameters, rows=rows, skipped=skipped)


class Asked(Filter):
    """... and which page of each list, from 1 on; `released` says what a release came to."""

    refusals: Annotated[int, Query(ge=1, le=1_000_000)] = 1
    rejections: Annotated[int, Query(ge=1, le=1_000_000)] = 1
    released: int | None = None


class Release(Filter):
    """What is to be released: `entity:key` of each that was picked, or all parked ones that the filter lets through."""

    picked: list[str] = []
    everything: bool = False


@router.get("/rejected", name="rejected")
def rejected(request: Request, memory: Memory, may_act: MayAct, asked: Annotated[Asked, Query()]) -> Response:
    """The page."""
    with memory.transaction():
        known = memory.rows("ui/rejected_reasons")
        lists = {
            which: asked.rows(memory, which, _ROWS, (getattr(asked, which) - 1) * _ROWS) for which in get_args(List)
        }
    return page(
        request,
        "rejected.html",
        asked=asked,
        filter=Filter(**asked.model_dump()).model_dump(),
        entities=sorted({row["entity"] for row in known}),
        reasons=sorted({row["reason"] for row in known}),
        lists=lists,
        page_size=_ROWS,
        at_path=AT_PATH,
        may_act=may_act,
    )


@router.get("/rejected/{which}.csv", name="rejected_csv")
def rejected_csv(memory: Memory, which: List, asked: Annotated[Filter, Query()]) -> Response:
    """A list as CSV: all its rows that the filter lets through."""
    return csv_file(f"{which}.csv", _EXPORTED[which], asked.rows(memory, which))


@router.post("/rejected/release", name="release", dependencies=[Depends(action_logging("startdeliver.release"))])
def release(request: Request, memory: Memory, asked: Annotated[Release, Form()]) -> Response:
    """Have parked ones tried again from the next run on, as `python -m smrt_startdeliver release` does."""
    keys: dict[str, list[str]] = defaultdict(list)
    for one in asked.picked:
        entity, _, key = one.partition(":")
        keys[entity].append(key)
    with memory.transaction():
        if asked.everything:
            for row in asked.model_copy(update={"parked": "yes"}).rows(memory, "refusals"):
                keys[row["entity"]].append(row["key"])
        released = sum(len(memory.rows("release", entity=entity, keys=some)) for entity, some in keys.items())
    filtered = asked.model_dump(exclude={"picked", "everything"})
    return RedirectResponse(url_of(request, "rejected", **filtered, released=released), 303)
