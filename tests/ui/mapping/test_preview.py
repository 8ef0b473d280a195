"""Mapping: shown, edited, validated, and previewed on a row of the warehouse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from smrt_startdeliver.mapping.document import parse_mapping
from smrt_startdeliver.paths import CONFIG
from smrt_startdeliver.state.database import State
from tests.ui.mapping.pressing import (
    EDITED,
    FILE,
    changing,
    document_in,
    post,
    previewed,
    shown,
    staying,
    store,
    stored,
)
from tests.ui.reading import text_of
from tests.ui.runs import execute


def test_it_shows_the_file_where_there_is_no_variable(viewer: TestClient, file: Path) -> None:
    page = shown(viewer)
    assert document_in(page) == FILE
    assert f"In force: the file {file.name}, as there is no Airflow Variable startdeliver_mapping." in text_of(page)


def test_it_shows_the_variable_where_there_is_one(viewer: TestClient) -> None:
    store(EDITED)
    page = shown(viewer)
    assert document_in(page) == EDITED
    assert "In force: the Airflow Variable startdeliver_mapping, which wins over the file." in text_of(page)


def test_who_may_only_read_cannot_edit(viewer: TestClient) -> None:
    page = shown(viewer)
    assert re.search(r"<textarea[^>]* readonly>", page)
    assert "<button" not in page
    for do in ("preview", "save", "delete"):
        assert post(viewer, page, do, EDITED).status_code == 403


@pytest.mark.usefixtures("state")
def test_who_may_act_but_not_change_variables_tries_and_does_not_save(operator: TestClient) -> None:
    page = previewed(operator)
    assert "you must be allowed to add, edit and delete Variables" in text_of(page)
    assert 'value="save"' not in page
    assert post(operator, page, "save").status_code == 403
    store(EDITED)
    assert 'value="delete"' not in shown(operator)
    assert post(operator, shown(operator), "delete").status_code == 403
    assert stored() == EDITED


def test_what_is_wrong_is_said_with_its_line_and_what_is_allowed(editor: TestClient) -> None:
    wrong = FILE.replace("type: boolean", "type: bool")
    answer = post(editor, shown(editor), "preview", wrong)
    text = text_of(answer.text)
    assert answer.status_code == 422
    assert "the document below, line 9: userMapping.2.type must be 'text', 'number', 'date' or 'boolean'" in text
    assert "9 - {field: customfieldIsLost, externalField: traits.isLost, type: bool}" in text
    assert document_in(answer.text) == wrong
    assert 'value="save"' not in answer.text


def test_what_the_declarations_do_not_go_with_is_wrong_too(editor: TestClient, tmp_path: Path) -> None:
    declared = "audiences:\n  - {name: Known, field: customfieldKnown, all: [{trait: email, op: exists}]}\n"
    (tmp_path / "audiences.yaml").write_text(declared)
    wrong = FILE.replace("customfieldIsLost", "customfieldKnown")
    answer = post(editor, shown(editor), "preview", wrong)
    assert answer.status_code == 422
    assert "audiences.yaml, line 2: audiences.0.field" in text_of(answer.text)


def test_markup_in_a_document_is_shown_as_it_is(editor: TestClient) -> None:
    answer = post(editor, shown(editor), "preview", f"{FILE}# </textarea><script>alert(1)</script>\n")
    assert "<script>alert" not in answer.text


@pytest.mark.usefixtures("state")
def test_the_preview_is_of_the_newest_row_and_hides_its_values(operator: TestClient) -> None:
    page = previewed(operator)
    assert "Fields that change for customer bob, from its row of users" in text_of(page)
    assert changing(page) == {("user", "name"): ("•••••• traits.name, text", "•••••• traits.firstName, text")}
    assert staying(page) == {
        ("user", "customfieldSmrtId"): ("•••••• userId, text",) * 2,
        ("user", "email"): ("•••••• traits.email, text",) * 2,
        ("user", "customfieldIsLost"): ("worked out by each run traits.isLost, boolean",) * 2,
        ("customer", "customfieldSmrtId"): ("•••••• userId, text",) * 2,
        ("customer", "name"): ("•••••• traits.name, text",) * 2,
    }
    assert "5 fields stay as before" in text_of(page)
    assert "Bates" not in page
    assert "example.com" not in page


@pytest.mark.usefixtures("state")
def test_who_may_and_asks_sees_the_values_of_a_customer_of_their_choice(operator: TestClient) -> None:
    page = previewed(operator, user_id=" ann ")
    (revealing,) = re.findall(r'formaction="([^"]*)"', page)
    answer = post(operator, page, "preview", path=revealing, user_id="ann")
    assert changing(answer.text) == {("user", "name"): ("Ann Ames traits.name, text", "Ann traits.firstName, text")}
    assert staying(answer.text)["user", "email"] == ("ann@example.com traits.email, text",) * 2
    assert "Hide personal data" in answer.text


@pytest.mark.usefixtures("state")
def test_each_field_says_why_it_has_no_value_and_what_else_of_it_changes(operator: TestClient) -> None:
    edited = FILE.replace(
        "  - {field: email, externalField: traits.email, type: text}\n",
        "  - {field: customfieldAgent, externalField: traits.agent, type: text}\n"
        "  - {field: customfieldSeats, externalField: traits.seats, type: number}\n"
        "  - {field: phone, externalField: traits.email, type: text}\n",
    ).replace("traits.isLost", "traits.lastVisit")
    page = previewed(operator, edited, user_id="ann")
    assert changing(page) == {
        ("user", "customfieldAgent"): ("not mapped", "the warehouse has no such column traits.agent, text"),
        ("user", "customfieldSeats"): ("not mapped", "left out: not_a_number traits.seats, number"),
        ("user", "phone"): ("not mapped", "•••••• traits.email, text"),
        ("user", "email"): ("•••••• traits.email, text", "not mapped"),
        ("user", "customfieldIsLost"): (
            "worked out by each run traits.isLost, boolean",
            "worked out by each run traits.lastVisit, boolean",
        ),
    }
    needed = text_of(page).partition("Custom fields that it needs in addition")[2]
    assert "customfieldAgent, text, of a user" in needed
    assert "customfieldSeats, number, of a user" in needed
    assert "customfieldIsLost" not in needed.partition("Lines that differ")[0]
    assert "phone" not in needed.partition("Lines that differ")[0]


@pytest.mark.usefixtures("state")
def test_a_field_of_another_type_changes_and_is_another_field_to_create(operator: TestClient) -> None:
    page = previewed(operator, FILE.replace("traits.isLost, type: boolean", "traits.isLost, type: text"))
    assert changing(page)["user", "customfieldIsLost"][1] == "worked out by each run traits.isLost, text"
    assert "customfieldIsLost, text, of a user" in text_of(page)


@pytest.mark.usefixtures("state")
def test_a_row_of_which_nothing_would_be_sent_says_so(operator: TestClient) -> None:
    edited = FILE.replace("externalMatchingField: {field: userId}", "externalMatchingField: {field: traits.agent}")
    page = previewed(operator, edited)
    assert "Of this row no user would be sent: no_match_value." in text_of(page)


def test_nobody_who_is_forgotten_is_previewed(operator: TestClient, state: State) -> None:
    execute(state, "insert into {schema}.forgotten (user_id) values ('bob')", {})
    assert "for customer ann, from" in text_of(previewed(operator))
    answer = post(operator, shown(operator), "preview", EDITED, user_id="bob")
    assert answer.status_code == 422
    assert "table users has no customer bob" in text_of(answer.text)


@pytest.mark.usefixtures("state")
def test_a_customer_that_there_is_not_is_said_and_nothing_is_lost(editor: TestClient) -> None:
    answer = post(editor, shown(editor), "preview", EDITED, user_id="cid")
    assert "table users has no customer cid: leave the id empty for the newest one" in text_of(answer.text)
    assert document_in(answer.text) == EDITED
    assert 'value="save"' not in answer.text


def test_without_a_row_it_is_valid_and_can_be_saved(editor: TestClient, state: State) -> None:
    execute(state, "truncate smrt.users", {})
    page = previewed(editor)
    assert "The table users is empty: there is no row to try it on." in text_of(page)
    assert post(editor, page, "save").status_code == 303


def test_a_warehouse_that_is_down_loses_no_edit(editor: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", "postgresql://somebody:secret-word@127.0.0.1:1/nowhere")
    answer = post(editor, shown(editor), "preview", EDITED)
    assert answer.status_code == 422
    assert "the warehouse of connection 'smrt_warehouse' cannot be reached" in text_of(answer.text)
    assert document_in(answer.text) == EDITED
    assert "secret-word" not in answer.text


@pytest.mark.usefixtures("state")
def test_the_document_that_ships_can_be_previewed(editor: TestClient, file: Path) -> None:
    file.unlink()
    text = (CONFIG / "mapping.yaml").read_text()
    page = previewed(editor, text)
    assert "Nothing changes for customer bob." in text_of(page)
    document = parse_mapping(text, "here")
    match_fields = 2
    assert len(staying(page)) == len(document.user_mapping) + len(document.customer_mapping) + match_fields
