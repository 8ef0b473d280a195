"""Record: one customer, found by id, email or phone: what Startdeliver has, what will change, each event, why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import GetUserDep
from airflow.api_fastapi.logging.decorators import action_logging
from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from smrt_startdeliver.mapping.document import Entity
from smrt_startdeliver.ui import finding
from smrt_startdeliver.ui.access import MayAct
from smrt_startdeliver.ui.comparison import Comparison, Records, compare
from smrt_startdeliver.ui.masking import Masks
from smrt_startdeliver.ui.memory import Source, Warehouse
from smrt_startdeliver.ui.pages import page, url_of
from smrt_startdeliver.ui.record_fields import field_rows

router = APIRouter()

_ROWS = 50
"""Events a page."""
_OTHERS = 200
"""Users of one customer of whom a comparison reads, and rejections that are shown, at most."""
_ENTITIES: tuple[Entity, ...] = ("user", "customer")
STATES = {"sent": "delivered", "intended": "open", "rejected": "rejected"}
"""States of events, as a person calls them. An open one was about to be sent: the next run looks what came of it."""

_log_reveal = action_logging("startdeliver.reveal")


class Asked(BaseModel):
    """Whose record, whether it is compared with Startdeliver and the warehouse, and which page of events, from 1 on."""

    id: Annotated[str, Query(max_length=finding.LONGEST)] = ""
    compare: bool = False
    events: Annotated[int, Query(ge=1, le=1_000_000)] = 1


async def _note_reveal(request: Request, session: SessionDep, user: GetUserDep, masks: Masks) -> None:
    """That somebody saw a customer's data stands in Airflow's audit log, with the customer's id."""
    if masks.revealed and request.query_params.get("id"):
        await _log_reveal(request, session, user)


@router.get("/record", name="record", dependencies=[Depends(_note_reveal)])
def record(request: Request, source: Warehouse, masks: Masks, asked: Annotated[Asked, Query()]) -> Response:
    """The search, and the record of whom an id names."""
    user_id = asked.id = finding.as_text(asked.id)
    if not user_id:
        return _search_page(request, masks.may_reveal)
    state = source.state
    forgotten = state.rows("ui/record/forgotten", user_id=user_id)
    if forgotten:
        return _search_page(request, masks.may_reveal, asked=user_id, forgotten=forgotten[0]["at"])
    records = {row["entity"]: row for row in state.rows("ui/record/records", user_id=user_id)}
    if not records and not finding.found(source, user_id, by_contact=False):
        raise HTTPException(404, f"Neither the memory nor the warehouse knows a customer with the id {user_id}.")
    customer_key = _customer_key(records)
    users = state.rows("ui/record/users", customer_key=customer_key, rows=_OTHERS)
    compared = None
    if asked.compare:
        others = [row["key"] for row in users if row["key"] != user_id]
        compared = compare(source, user_id, others, records, asks_startdeliver=masks.may_reveal)
    return page(
        request,
        "record.html",
        asked=asked,
        here_again=asked.model_dump(exclude_defaults=True, mode="json"),
        masks=masks,
        records=records,
        users=users,
        compared=compared,
        fields={entity: _fields(records, entity, compared) for entity in _ENTITIES},
        states=STATES,
        page_size=_ROWS,
        **_told_by_memory(source, user_id, customer_key, asked.events, compared),
    )


@router.post("/record", name="record_search")
def search(request: Request, source: Warehouse, may_act: MayAct, asked: Annotated[str, Form()] = "") -> Response:
    """To the record of whom was searched for; a list where it may be one of several. No address says what for."""
    text = finding.as_text(asked)[: finding.LONGEST]
    found = finding.found(source, text, by_contact=may_act) if text else {}
    if len(found) == 1:
        return RedirectResponse(url_of(request, "record", id=next(iter(found))), 303)
    return _search_page(request, may_act, asked=text, found=found, most=finding.MOST)


def _search_page(request: Request, may_act: bool, **shown: Any) -> Response:
    nothing: dict[str, Any] = {"asked": "", "found": None, "most": finding.MOST, "forgotten": None}
    return page(request, "record_search.html", may_act=may_act, **(nothing | shown))


def _customer_key(records: Records) -> str | None:
    """The key of the customer: that of its own record, else the one that the user's names."""
    if "customer" in records:
        return str(records["customer"]["key"])
    return records["user"]["customer_key"] if "user" in records else None


def _fields(records: Records, entity: Entity, compared: Comparison | None) -> Sequence[Any]:
    record = records.get(entity)
    acknowledged = record["fields"] if record else {}
    if compared is None:
        return field_rows(None, acknowledged, None)
    return field_rows(compared.plan_of(entity), acknowledged, compared.held(entity, record))


def _told_by_memory(
    source: Source, user_id: str, customer_key: str | None, events_page: int, compared: Comparison | None
) -> dict[str, Any]:
    """Events, audiences, and what was rejected or refused."""
    unacceptable = [] if compared is None or compared.plan is None else list(compared.plan.unacceptable["id"].dropna())
    whose: dict[str, Any] = {"user_id": user_id, "customer_key": customer_key}
    state = source.state
    with state.transaction():
        return {
            "events": state.rows("ui/record/events", user_id=user_id, rows=_ROWS, skipped=(events_page - 1) * _ROWS),
            "event_states": state.rows("ui/record/event_states", user_id=user_id),
            "memberships": state.rows("ui/record/memberships", user_id=user_id),
            "rejections": state.rows("ui/record/rejections", **whose, event_ids=unacceptable, rows=_OTHERS),
            "refusals": state.rows("ui/record/refusals", **whose),
        }
