"""Mapping: the mapping document in force, to edit, to try on a row of the warehouse, then to save for the next run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import unified_diff
from typing import Annotated, Any, Literal, get_args

from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from smrt_startdeliver.engage.declared import Declared, with_declared
from smrt_startdeliver.engage.files import load_declared
from smrt_startdeliver.errors import ConfigurationError, SmrtStartdeliverError
from smrt_startdeliver.mapping.casts import FieldType
from smrt_startdeliver.mapping.document import Entity, MappingDocument, parse_mapping, required_fields
from smrt_startdeliver.mapping.source import mapping_file
from smrt_startdeliver.preview.mapped_row import Difference, Payload, differences, payloads
from smrt_startdeliver.preview.users import newest_user, users_by_id
from smrt_startdeliver.settings_file import config_folder, load_settings
from smrt_startdeliver.stages.columns import traits
from smrt_startdeliver.stages.forgotten import forgotten_ids
from smrt_startdeliver.ui.access import MayAct
from smrt_startdeliver.ui.mapping_variable import (
    ChangedMeanwhileError,
    InForce,
    MayChange,
    fingerprint,
    in_force,
    put,
    unix_lines,
)
from smrt_startdeliver.ui.masking import Masks
from smrt_startdeliver.ui.memory import STATEMENT_SECONDS, opened
from smrt_startdeliver.ui.pages import page, url_of
from smrt_startdeliver.vocabulary import USERS
from smrt_startdeliver.warehouse.catalog import read_catalog

router = APIRouter()

_EDITED = "the document below"
_MEANWHILE = (
    "The document in force was changed since you opened it, so nothing was saved. Yours is below, compared with what "
    "is in force now: put into yours what it should keep of that, validate it again, then save."
)
_NOT_SEEN = "It was edited since its last preview, so nothing was saved: look at the new preview, then save."
_FIXED = "The Variable is set in the environment or in a secrets backend, which win over this page: change it there."


class Edit(BaseModel):
    """What is asked for, and the document as edited.

    opened: the version that was in force when it was opened. previewed: the fingerprint of what was previewed.
    user_id: the customer to try it on; '' is the one whose row was loaded last.
    """

    do: Literal["preview", "save", "delete"] = "preview"
    text: Annotated[str, Field(max_length=200_000)] = ""
    opened: str = ""
    previewed: str = ""
    user_id: str = ""


@dataclass(frozen=True)
class Tried:
    """A document tried on a row: whose, each field before and after, and why a run would not send a record at all.

    needed: the custom fields that the edited document needs and the one in force does not.
    """

    user_id: str = ""
    differences: Sequence[Difference] = ()
    refused: Mapping[Entity, str] = field(default_factory=dict)
    needed: Sequence[tuple[Entity, str, FieldType]] = ()


@router.get("/mapping", name="mapping")
def mapping(
    request: Request, may_act: MayAct, may_change: MayChange, done: Literal["", "save", "delete"] = ""
) -> Response:
    """The page, with the document in force."""
    found = in_force()
    problem, numbered = _problem(found.text, found.source)
    edit = Edit(text=found.text, opened=found.version)
    return _page(request, found, edit, may_act, may_change, done=done, problem=problem, numbered=numbered)


@router.post("/mapping", name="mapping")
def edit_mapping(
    request: Request,
    masks: Masks,
    may_change: MayChange,
    user: GetUserDep,
    session: SessionDep,
    edit: Annotated[Edit, Form()],
) -> Response:
    """Validate and preview, save, or go back to the file. What was not validated and previewed is not saved."""
    found = in_force()
    edit = edit.model_copy(update={"text": unix_lines(edit.text), "user_id": edit.user_id.strip()})
    refused = ""
    if edit.do != "preview":
        if not may_change or found.fixed:
            raise HTTPException(403, _FIXED if found.fixed else "Forbidden")
        refused = _refused(edit, found)
        if not refused:
            try:
                put(session, edit.text if edit.do == "save" else None, edit.opened, user)
            except ChangedMeanwhileError:
                found, refused = in_force(), _MEANWHILE
            else:
                return RedirectResponse(url_of(request, "mapping", done=edit.do), 303)
    elif edit.opened != found.version:
        refused = _MEANWHILE
    return _previewed(request, found, edit, masks, may_change, refused)


def _refused(edit: Edit, found: InForce) -> str:
    """Why a document is not saved, or not deleted; '' where it is."""
    if edit.opened != found.version:
        return _MEANWHILE
    if edit.do == "save" and edit.previewed != fingerprint(edit.text):
        return _NOT_SEEN
    next_one = mapping_file() if edit.do == "delete" else None
    problem, _ = _problem(next_one.text, next_one.source) if next_one else _problem(edit.text, _EDITED)
    return problem


def _previewed(request: Request, found: InForce, edit: Edit, masks: Masks, may_change: bool, refused: str) -> Response:
    problem, numbered = _problem(edit.text, _EDITED)
    tried = None
    if not problem:
        try:
            tried = _try(edit, found)
        except SmrtStartdeliverError as error:
            problem = str(error)
    # From here on it is compared with what is in force now.
    edit = edit.model_copy(
        update={"opened": found.version, "previewed": fingerprint(edit.text) if tried is not None else ""}
    )
    refused = "" if refused == problem else refused
    return _page(
        request,
        found,
        edit,
        masks.may_reveal,
        may_change,
        status=409 if refused else 422 if problem else 200,
        refused=refused,
        problem=problem,
        numbered=numbered,
        tried=tried,
        masks=masks,
    )


def _page(
    request: Request, found: InForce, edit: Edit, may_act: bool, may_change: bool, *, status: int = 200, **shown: Any
) -> Response:
    nothing: dict[str, Any] = {"done": "", "refused": "", "problem": "", "numbered": {}, "tried": None, "masks": None}
    lines = unified_diff(found.text.splitlines(), edit.text.splitlines(), "in force", "edited", lineterm="", n=1)
    return page(
        request,
        "mapping.html",
        status=status,
        in_force=found,
        edit=edit,
        changed_lines=list(lines),
        may_act=may_act,
        may_change=may_change,
        fixed=_FIXED if found.fixed else "",
        **(nothing | shown),
    )


def _problem(text: str, source: str) -> tuple[str, dict[int, str]]:
    """What is wrong with a document, and the lines that this names; '' where a run would take it."""
    try:
        _read(text, source)
    except ConfigurationError as error:
        lines = text.splitlines()
        # An error in a file of declarations, which may refer to what is mapped, names lines of that file.
        named = map(int, re.findall(r"\bline (\d+)", str(error))) if str(error).startswith(source) else ()
        return str(error), {number: lines[number - 1] for number in named if number <= len(lines)}
    return "", {}


def _read(text: str, source: str) -> tuple[MappingDocument, Declared]:
    """A document as a run reads it, with what is declared. Raises ConfigurationError."""
    document = parse_mapping(text, source)
    declared = load_declared(config_folder(), document, load_settings(config_folder()))
    return with_declared(document, declared), declared


def _try(edit: Edit, found: InForce) -> Tried:
    """Try an edited document, which is valid, and the one in force on a row. Raises SmrtStartdeliverError."""
    after, declared = _read(edit.text, _EDITED)
    try:
        before, _ = _read(found.text, found.source)
    except ConfigurationError:  # the page is there to mend it
        before = None
    with opened(STATEMENT_SECONDS) as source:
        catalog = read_catalog(source.warehouse, source.settings.source_schema)
        kinds = traits(catalog.columns(USERS))
        forgotten = set(forgotten_ids(source.state))
        user_id = edit.user_id or newest_user(source.warehouse, catalog, forgotten)
        if user_id is None:
            return Tried(needed=_needed(before, after))
        rows = users_by_id(source.warehouse, catalog, [user_id], kinds)
    if rows.empty or user_id in forgotten:
        raise ConfigurationError(f"table {USERS} has no customer {user_id}: leave the id empty for the newest one")

    def of(document: MappingDocument | None) -> dict[Entity, Payload]:
        return payloads(rows, kinds, document, declared, source.settings) if document else {}

    earlier, later = of(before), of(after)
    refused = {entity: one.refused for entity, one in later.items() if one.refused}
    return Tried(user_id, differences(earlier, later), refused, _needed(before, after))


def _needed(before: MappingDocument | None, after: MappingDocument) -> list[tuple[Entity, str, FieldType]]:
    known = required_fields(before) if before else {}
    return [
        (entity, alias, kind)
        for entity in get_args(Entity)
        for alias, kind in required_fields(after)[entity].items()
        if known.get(entity, {}).get(alias) != kind
    ]
