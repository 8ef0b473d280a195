"""Mapping: saved where nobody else has saved meanwhile, by who may; and back to the file."""

from __future__ import annotations

from html import unescape
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from airflow.models import Log
from airflow.models.variable import Variable
from airflow.utils.session import create_session
from fastapi.testclient import TestClient

from smrt_startdeliver.mapping.source import VARIABLE, mapping_text
from smrt_startdeliver.state.database import State
from tests.ui.conftest import Login
from tests.ui.mapping.pressing import (
    EDITED,
    FILE,
    PAGE,
    changing,
    document_in,
    field_of,
    post,
    previewed,
    shown,
    store,
    stored,
)
from tests.ui.reading import text_of


@pytest.mark.usefixtures("state")
def test_what_was_previewed_is_saved_and_in_force_and_stands_in_the_audit_log(
    editor: TestClient, log_in: Login
) -> None:
    answer = post(editor, previewed(editor), "save")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?done=save")
    assert stored() == EDITED
    assert (mapping_text().text, mapping_text().of_variable) == (EDITED, True)
    page = editor.get(answer.headers["location"]).text
    assert document_in(page) == EDITED
    assert "it is in force with the next run" in text_of(page)
    logged = log_in("operator").get("/api/v2/eventLogs", params={"event": "startdeliver.mapping"}).json()["event_logs"]
    assert {(entry["owner"], entry["extra"]) for entry in logged} == {("editor", '{"did": "saved"}')}


@pytest.mark.usefixtures("state")
def test_a_save_leaves_what_else_the_variable_has(editor: TestClient) -> None:
    store(FILE)
    post(editor, previewed(editor), "save")
    with create_session() as session:
        found = session.scalar(sa.select(Variable).where(Variable.key == VARIABLE))
        assert (found.val, found.description) == (EDITED, "Ours")


@pytest.mark.usefixtures("state")
@pytest.mark.parametrize("before", [None, FILE], ids=["no variable", "variable"])
def test_what_somebody_else_saved_meanwhile_is_not_overwritten(editor: TestClient, before: str | None) -> None:
    if before:
        store(before)
    page = previewed(editor)
    theirs = FILE.replace("# Ours.", "# Theirs.")
    store(theirs)
    answer = post(editor, page, "save")
    assert answer.status_code == 409
    assert "was changed since you opened it, so nothing was saved" in text_of(answer.text)
    assert "-# Theirs." in unescape(answer.text)
    assert document_in(answer.text) == EDITED
    assert stored() == theirs
    assert post(editor, answer.text, "save").status_code == 303  # having seen it
    assert stored() == EDITED


@pytest.mark.usefixtures("state")
@pytest.mark.parametrize("before", [None, FILE], ids=["no variable", "variable"])
def test_of_two_who_save_at_the_same_moment_one_is_refused(
    editor: TestClient, monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    """The other one comes in between the comparison and the write."""
    from smrt_startdeliver.ui import mapping_variable  # noqa: PLC0415 - once Airflow's home is set

    if before:
        store(before)
    page = previewed(editor)
    theirs = FILE.replace("# Ours.", "# Theirs.")
    real = mapping_variable.in_force

    def overtaken() -> Any:
        found = real()
        monkeypatch.setattr(mapping_variable, "in_force", real)
        store(theirs)
        return found

    monkeypatch.setattr(mapping_variable, "in_force", overtaken)
    assert post(editor, page, "save").status_code == 409
    assert stored() == theirs


@pytest.mark.usefixtures("state")
def test_a_preview_says_already_that_somebody_else_saved(editor: TestClient) -> None:
    page = shown(editor)
    store(FILE.replace("# Ours.", "# Theirs."))
    answer = post(editor, page, "preview", EDITED)
    assert answer.status_code == 409
    assert "was changed since you opened it" in text_of(answer.text)


@pytest.mark.usefixtures("state")
def test_what_was_edited_since_its_preview_is_previewed_again_instead(editor: TestClient) -> None:
    again = EDITED.replace("# Ours.", "# Edited again.")
    answer = post(editor, previewed(editor), "save", again)
    assert answer.status_code == 409
    assert "It was edited since its last preview, so nothing was saved" in text_of(answer.text)
    assert stored() is None
    assert post(editor, answer.text, "save").status_code == 303
    assert stored() == again


@pytest.mark.usefixtures("state")
def test_what_is_not_valid_is_not_saved_whatever_a_form_claims(editor: TestClient) -> None:
    from smrt_startdeliver.ui.mapping_variable import fingerprint  # noqa: PLC0415 - once Airflow's home is set

    claimed = {"opened": field_of(shown(editor), "opened"), "previewed": fingerprint("userMapping: 1")}
    answer = editor.post(PAGE, data={**claimed, "do": "save", "text": "userMapping: 1"})
    assert answer.status_code == 422
    assert "line 1: userMapping must be a list" in text_of(answer.text)
    assert stored() is None


def test_a_document_that_is_broken_can_be_mended(editor: TestClient, state: State) -> None:
    store("userMapping: 1")
    page = shown(editor)
    assert "Airflow Variable startdeliver_mapping, line 1: " in text_of(page)
    answer = post(editor, page, "preview", FILE)
    assert changing(answer.text)["user", "name"] == ("not mapped", "•••••• traits.name, text")
    assert post(editor, answer.text, "save").status_code == 303
    assert stored() == FILE


def test_back_to_the_file_deletes_the_variable(editor: TestClient) -> None:
    assert 'value="delete"' not in shown(editor)
    store(EDITED)
    answer = post(editor, shown(editor), "delete")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?done=delete")
    assert stored() is None
    assert document_in(shown(editor)) == FILE


def test_back_to_a_file_that_is_broken_is_refused(editor: TestClient, file: Path) -> None:
    store(EDITED)
    file.write_text("userMapping: 1")
    answer = post(editor, shown(editor), "delete")
    assert answer.status_code == 409
    assert f"{file}, line 1: " in text_of(answer.text)
    assert stored() == EDITED


def test_back_to_the_file_is_refused_where_somebody_else_saved_meanwhile(editor: TestClient) -> None:
    store(FILE)
    page = shown(editor)
    store(EDITED)
    assert post(editor, page, "delete").status_code == 409
    assert stored() == EDITED


def test_a_variable_of_the_environment_is_shown_and_not_changed(
    editor: TestClient, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_VAR_STARTDELIVER_MAPPING", EDITED)
    page = previewed(editor, FILE)
    assert "in the environment or in a secrets backend, which win over this page" in text_of(page)
    assert 'value="save"' not in page
    assert 'value="delete"' not in page
    assert post(editor, page, "save").status_code == 403
    assert stored() is None


def test_a_form_of_another_site_saves_nothing(editor: TestClient) -> None:
    store(EDITED)
    page = shown(editor)
    hidden = {"opened": field_of(page, "opened"), "do": "delete"}
    assert editor.post(PAGE, data=hidden, headers={"Origin": "http://elsewhere.example"}).status_code == 403
    assert stored() == EDITED


@pytest.mark.usefixtures("state")
def test_the_audit_log_has_changes_alone_and_nothing_of_the_document(editor: TestClient) -> None:
    def logged() -> list[str | None]:
        with create_session() as session:
            of_ours = sa.select(Log.extra).where(Log.event == "startdeliver.mapping").order_by(Log.id)
            return list(session.scalars(of_ours))

    before = logged()
    page = previewed(editor)
    store(FILE.replace("# Ours.", "# Theirs."))
    refused = post(editor, page, "save")
    assert logged() == before
    post(editor, refused.text, "save")
    post(editor, shown(editor), "delete")
    post(editor, shown(editor), "delete")  # there is nothing to delete any more
    assert logged()[len(before) :] == ['{"did": "saved"}', '{"did": "deleted"}']
