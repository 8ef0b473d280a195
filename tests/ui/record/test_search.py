"""Record: a customer is found by id, email or phone, by who may; of who was forgotten nothing is shown."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from tests.end_to_end.shop import Shop
from tests.ui.conftest import HOME
from tests.ui.reading import text_of
from tests.ui.record.looking import ADA, PAGE, look, search
from tests.ui.runs import SCHEMA


@pytest.mark.parametrize(
    "asked", ["8", " 8 ", "ada@example.com", "ADA@EXAMPLE.COM", "+15550100123", "(555) 010-0123", "00 1 555 0100123"]
)
@pytest.mark.usefixtures("synced")
def test_a_customer_is_found_by_id_email_or_phone(operator: TestClient, asked: str) -> None:
    assert search(operator, asked) == f"{PAGE}?id=8"


@pytest.mark.parametrize("asked", ["ada@example", "example.com", "0100123 ext 4", "010-012", "nobody", "%", "88"])
@pytest.mark.usefixtures("synced")
def test_who_is_not_there_is_not_found(operator: TestClient, asked: str) -> None:
    assert "Nobody has this id, email or phone." in search(operator, asked)


@pytest.mark.usefixtures("shop", "state")
def test_who_was_never_synced_is_found_in_the_warehouse(operator: TestClient) -> None:
    assert search(operator, "bob@example.com") == f"{PAGE}?id=9"
    assert "No run has sent a record of this customer yet." in text_of(look(operator, "9"))


def test_of_several_there_is_a_list_that_says_no_email(operator: TestClient, synced: Shop) -> None:
    synced.customer("10", name="Eve", email="ada@example.com")
    page = operator.post(PAGE, data={"asked": "ada@example.com"}).text
    assert [f"id={key}" in page for key in ("8", "9", "10")] == [True, False, True]
    assert "2 found." in text_of(page)
    assert "Eve" not in page


@pytest.mark.usefixtures("synced")
def test_who_may_only_read_finds_by_id_alone(viewer: TestClient) -> None:
    assert search(viewer, "8") == f"{PAGE}?id=8"
    for asked in ("ada@example.com", "5550100123"):
        assert "Nobody has this id. Searching by email or phone is for who may trigger" in search(viewer, asked)


@pytest.mark.usefixtures("state")
def test_a_search_of_another_site_is_refused(viewer: TestClient) -> None:
    assert viewer.post(PAGE, data={"asked": "8"}, headers={"Origin": "http://elsewhere.example"}).status_code == 403


def test_the_only_form_of_who_may_only_read_is_the_search(viewer: TestClient) -> None:
    from smrt_startdeliver.ui.app import app  # noqa: PLC0415 - once Airflow's home is set

    posts = [route for route in app.routes if "POST" in route.methods]
    answers = {route.name: viewer.post(f"{HOME[:-1]}{route.path}", data={}).status_code for route in posts}
    assert {name for name, status in answers.items() if status != 403} == {"record_search"}


@pytest.mark.usefixtures("synced")
@pytest.mark.parametrize("user_id", ["nobody", "8' or true --", "\0"])
def test_an_id_of_nobody_is_no_record(operator: TestClient, user_id: str) -> None:
    assert operator.get(PAGE, params={"id": user_id}).status_code == (404 if user_id.strip("\0") else 200)


@pytest.mark.parametrize("asked", ["8", "ada@example.com"])
def test_of_who_was_forgotten_nothing_is_shown(operator: TestClient, synced: Shop, asked: str) -> None:
    synced.pipeline.execute(f"insert into {SCHEMA}.forgotten (user_id) values ('8')")
    assert search(operator, asked) == f"{PAGE}?id=8"
    page = look(operator, compare="1", reveal="1")
    assert "Customer 8 was forgotten on" in text_of(page)
    assert "<table" not in page
    assert not any(value in page for value in ADA.values())
