"""Record: what the memory knows of a customer, masked until somebody who may asks."""

from __future__ import annotations

import json
import re

import pytest
from fastapi.testclient import TestClient

from sandbox.testing import Sandbox
from tests.end_to_end.shop import Shop
from tests.ui.reading import table_of, text_of
from tests.ui.record.looking import ADA, HIDDEN, PAGE, field, look
from tests.ui.runs import SCHEMA


@pytest.mark.usefixtures("synced")
def test_the_memory_tells_of_both_records_events_and_audiences_and_startdeliver_is_not_asked(
    viewer: TestClient, sandbox: Sandbox
) -> None:
    page = look(viewer)
    assert {
        (row["Entity"], row["Key"], row["Matched on"], row["Came about"]) for row in table_of(page, "The user")
    } == {
        ("user", "8", f"customfieldSmrtId {HIDDEN}", "created by the pipeline"),
        ("customer", "8", f"customfieldSmrtId {HIDDEN}", "created by the pipeline"),
    }
    events = table_of(page, "The latest first")
    assert {(row["Event"], row["State"]) for row in events} == {
        ("Order Created", "delivered"),
        ("Customer Visit", "delivered"),
    }
    assert [row["Member"] for row in table_of(page, "Those that they are in") if row["Audience"] == "Regulars"] == [
        "yes"
    ]
    assert field(page, "email")["Startdeliver has"] == "a value that was sent"
    assert sandbox.requests()["total"] == 0


@pytest.mark.usefixtures("synced")
def test_nothing_of_people_is_shown_until_somebody_who_may_asks(viewer: TestClient, operator: TestClient) -> None:
    asked = {"compare": "1", "reveal": "1"}
    hidden = [look(viewer), look(viewer, **asked), look(operator), look(operator, compare="1")]
    for page in hidden:
        assert not any(value in page for value in ADA.values())
    shown = look(operator, **asked)
    assert all(value in shown for value in ADA.values())
    assert "Show personal data" not in look(viewer, compare="1")


@pytest.mark.usefixtures("synced")
@pytest.mark.parametrize("asked", [{}, {"compare": "1"}, {"compare": "1", "events": "2"}], ids=str)
def test_the_button_that_shows_people_s_data_leads_to_the_same_page(
    operator: TestClient, asked: dict[str, str]
) -> None:
    page = look(operator, **asked)
    form = page[page.index('<form method="get"') : page.index("Show personal data")]
    values = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert {**asked, "id": "8", "reveal": "1"}.keys() == values.keys()
    shown = look(operator, values.pop("id"), **values)
    assert "Hide personal data" in shown
    assert ("Look again" in shown) == ("compare" in asked)


@pytest.mark.usefixtures("synced")
def test_who_saw_people_s_data_stands_in_airflows_audit_log(operator: TestClient, viewer: TestClient) -> None:
    def logged() -> list[dict[str, str]]:
        found = operator.get("/api/v2/eventLogs", params={"event": "startdeliver.reveal", "limit": 100}).json()
        return [{"owner": one["owner"], "id": json.loads(one["extra"])["id"]} for one in found["event_logs"]]

    before = len(logged())
    look(operator, compare="1")
    look(viewer, reveal="1")
    operator.get(PAGE, params={"reveal": "1"})
    assert len(logged()) == before
    look(operator, reveal="1")
    assert len(logged()) == before + 1
    assert {"owner": "operator", "id": "8"} in logged()


@pytest.mark.usefixtures("synced")
def test_an_event_that_is_none_says_why(operator: TestClient) -> None:
    page = look(operator, compare="1")
    assert [(row["Id"], row["Reason"]) for row in table_of(page, "1 rows of the warehouse that are no events")] == [
        ("order-timeless", "no_timestamp")
    ]
    assert ("order-timeless", "no_timestamp") in {
        (row["Key"], row["Reason"]) for row in table_of(page, "Rejected before")
    }


def test_of_many_events_there_are_pages(viewer: TestClient, synced: Shop) -> None:
    statement = f"""
        insert into {SCHEMA}.events (id, name, user_id, happened_at, state, reason, run)
        select
            'e' || n, 'Order Created', '8', now() - n * interval '1 hour',
            case when n = 1 then 'rejected' when n = 2 then 'intended' else 'sent' end,
            case when n = 1 then 'no_user' end, 1
        from generate_series(1, 120) as n
    """
    synced.pipeline.execute(statement)
    pages = [look(viewer, events=str(at)) for at in (1, 2, 3)]
    rows = [table_of(page, "The latest first") for page in pages]
    assert [len(some) for some in rows] == [50, 50, 24]
    assert "122 delivered, 1 rejected, 1 open; 1 to 50 shown" in text_of(pages[0])
    assert (rows[0][0]["State"], rows[0][0]["Why"]) == ("rejected", "no_user")
    assert rows[0][1]["State"] == "open"
    assert 'rel="next"' not in pages[2]
