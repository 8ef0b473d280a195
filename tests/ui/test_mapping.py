"""Mapping: edited, validated, previewed on a row of the warehouse, and saved where nobody else has saved meanwhile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from airflow.models import Log
from airflow.models.variable import Variable
from airflow.utils.session import create_session
from fastapi.testclient import TestClient

from smrt_startdeliver.mapping.document import parse_mapping
from smrt_startdeliver.mapping.source import VARIABLE, mapping_text
from smrt_startdeliver.paths import CONFIG
from smrt_startdeliver.state.database import State
from tests.ui.conftest import HOME, Login
from tests.ui.reading import table_of, text_of
from tests.ui.runs import execute
from tests.ui.warehouse_rows import create_users

PAGE = f"{HOME}mapping"
FILE = """\
# Ours.
startdeliverMatchingField: {field: customfieldSmrtId, type: text}
externalMatchingField: {field: userId}
startdeliverCustomerField: {field: customfieldSmrtId, type: text}
externalCustomerField: {field: userId}
userMapping:
  - {field: name, externalField: traits.name, type: text}
  - {field: email, externalField: traits.email, type: text}
  - {field: customfieldIsLost, externalField: traits.isLost, type: boolean}
customerMapping:
  - {field: name, externalField: traits.name, type: text}
"""
EDITED = FILE.replace("{field: name, externalField: traits.name", "{field: name, externalField: traits.firstName", 1)


@pytest.fixture(autouse=True)
def file(warehouse: str, tmp_path: Path) -> Path:
    """The file of the configuration, and two customers in the warehouse, of whom `bob` was loaded last."""
    create_users(
        warehouse,
        ("ann", "2026-11-01Z", "Ann Ames", "Ann", "ann@example.com", "one"),
        ("bob", "2026-11-02Z", "Bob Bates", "Bob", "bob@example.com", "2"),
        (None, "2026-11-03Z", "Nobody", "No", None, None),
        name="text",
        first_name="text",
        email="text",
        seats="text",
    )
    path = tmp_path / "mapping.yaml"
    path.write_text(FILE)
    return path


@pytest.fixture(autouse=True)
def variable(api_server: object) -> Iterator[None]:
    """There is none before and after a test."""
    yield
    with create_session() as session:
        session.execute(sa.delete(Variable).where(Variable.key == VARIABLE))


def stored() -> str | None:
    """What Airflow's database holds."""
    with create_session() as session:
        found = session.scalar(sa.select(Variable).where(Variable.key == VARIABLE))
        return None if found is None else str(found.val)


def store(text: str) -> None:
    """Somebody edits the Variable on Airflow's own page."""
    with create_session() as session:
        Variable.set(VARIABLE, text, description="Ours", session=session)


def field_of(page: str, name: str) -> str:
    (value,) = re.findall(rf'name="{name}" value="([^"]*)"', page)
    return unescape(value)


def shown(client: TestClient) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return answer.text


def document_in(page: str) -> str:
    (text,) = re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    return unescape(text)


def post(client: TestClient, page: str, do: str, text: str | None = None, path: str = PAGE, **more: str) -> Any:
    """Press a button of the page, with the document as edited; line ends are a browser's."""
    edited = document_in(page) if text is None else text
    hidden = {name: field_of(page, name) for name in ("opened", "previewed")}
    return client.post(path, data={**hidden, "do": do, "text": edited.replace("\n", "\r\n"), **more})


def previewed(client: TestClient, text: str = EDITED, **more: str) -> str:
    answer = post(client, shown(client), "preview", text, **more)
    assert answer.status_code == 200
    return str(answer.text)


def fields(page: str, caption: str) -> dict[tuple[str, str], tuple[str, str]]:
    """(entity, field) -> what stands before and after."""
    rows = [(row["Field"].split(" of the "), row) for row in table_of(page, caption)]
    return {(entity, field): (row["Before"], row["After"]) for (field, entity), row in rows}


def changing(page: str) -> dict[tuple[str, str], tuple[str, str]]:
    return fields(page, "Fields that change")


def staying(page: str) -> dict[tuple[str, str], tuple[str, str]]:
    return fields(page, "Fields that stay")


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
def test_the_document_that_ships_can_be_previewed(editor: TestClient, file: Path) -> None:
    file.unlink()
    text = (CONFIG / "mapping.yaml").read_text()
    page = previewed(editor, text)
    assert "Nothing changes for customer bob." in text_of(page)
    document = parse_mapping(text, "here")
    match_fields = 2
    assert len(staying(page)) == len(document.user_mapping) + len(document.customer_mapping) + match_fields


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
