"""Record, compared: what Startdeliver has, what the warehouse has, what the next run would send."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from sandbox.testing import Sandbox
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import Shop
from tests.ui.reading import table_of, text_of
from tests.ui.record.looking import DAY, HIDDEN, NOW, PAGE, edit, field, look, search
from tests.ui.runs import SCHEMA


def test_what_will_change_is_said_field_by_field(operator: TestClient, synced: Shop, sandbox: Sandbox) -> None:
    update = "update smrt.users set email = 'ada@new.example', phone = null where id = '8'"
    synced.pipeline.execute(update)
    page = look(operator, compare="1", reveal="1")
    assert field(page, "email") == {
        "Field": "email",
        "Startdeliver has": "Ada@Example.com",
        "Warehouse has": "ada@new.example",
        "Next run": "changes it",
    }
    assert field(page, "phone")["Next run"] == "empties it"
    assert field(page, "name")["Next run"] == ""
    assert field(page, "customfieldDemographic")["Next run"] == "hangs on all customers: only a run knows it"
    assert field(page, "customfieldBest")["Next run"] == "hangs on all customers: only a run knows it"
    assert "The user: 2 fields would be sent" in text_of(page)
    assert "The customer: nothing changes" in text_of(page)
    assert sandbox.requests()["total"] == sandbox.requests()["searches"] == 2
    synced.pipeline.run_as("scheduled", datetime.now(UTC))
    (user,) = (one for one in sandbox.objects("user") if one["customfieldSmrtId"] == "8")
    assert (user["email"], user.get("phone")) == ("ada@new.example", None)
    assert "The user: nothing changes" in text_of(look(operator, compare="1"))


def test_who_may_only_read_sees_what_will_change_and_startdeliver_is_not_asked(
    viewer: TestClient, synced: Shop, sandbox: Sandbox
) -> None:
    synced.pipeline.execute("update smrt.users set email = 'ada@new.example' where id = '8'")
    page = look(viewer, compare="1")
    assert field(page, "email") == {
        "Field": "email",
        "Startdeliver has": "a value that was sent",
        "Warehouse has": HIDDEN,
        "Next run": "changes it",
    }
    assert sandbox.requests()["total"] == 0


def test_what_a_person_edited_in_startdeliver_is_told_apart(
    operator: TestClient, synced: Shop, sandbox: Sandbox
) -> None:
    edit(sandbox, "user", "8", name="Countess", customfieldOrders=99)
    synced.event("Order Created", "8", datetime.now(UTC) - timedelta(hours=2), value=10)
    page = look(operator, compare="1", reveal="1")
    assert field(page, "name")["Startdeliver has"] == "Countess"
    assert field(page, "name")["Next run"].startswith("edited in Startdeliver")
    assert field(page, "customfieldOrders")["Next run"] == "filled by a person: left alone (policy fill_empty)"


def test_the_events_that_would_be_sent_are_foreseen_and_then_sent(operator: TestClient, synced: Shop) -> None:
    for days in (1, 0):
        synced.event("Order Created", "8", datetime.now(UTC) - days * DAY - timedelta(hours=2), value=10)
    foreseen = [row["Event"] for row in table_of(look(operator, compare="1"), "4 that the next run would send")]
    assert sorted(foreseen) == ["Customer Visit", "Customer Visit", "Order Created", "Order Created"]
    sent = "select count(*) as events from events where user_id = '8'"
    before = synced.pipeline.state(sent)[0]["events"]
    synced.pipeline.run_as("scheduled", datetime.now(UTC))
    assert synced.pipeline.state(sent)[0]["events"] == before + 4
    assert "The next run would send none that is new." in text_of(look(operator, compare="1"))


def test_who_would_be_new_is_said_to_be(operator: TestClient, synced: Shop) -> None:
    synced.customer("11", name="Eve", email="eve@example.com", received_at=datetime.now(UTC))
    text = text_of(look(operator, "11", compare="1"))
    assert "The user: would be created" in text
    assert "The customer: would be created" in text


def test_who_startdeliver_has_already_would_not_be_created(
    operator: TestClient, synced: Shop, sandbox: Sandbox
) -> None:
    import requests  # noqa: PLC0415

    known = {"customfieldSmrtId": "11", "name": "Eve"}
    requests.post(
        f"{sandbox.url}user", json=known, headers={"Authorization": sandbox.key}, timeout=10
    ).raise_for_status()
    synced.customer("11", name="Eve", email="eve@example.com", received_at=datetime.now(UTC))
    page = look(operator, "11", compare="1", reveal="1")
    assert field(page, "name")["Startdeliver has"] == "Eve"
    assert field(page, "email")["Next run"] == "sets it"
    assert "The user: would be created" not in text_of(page)


def test_without_startdeliver_the_page_shows_all_else(
    operator: TestClient, synced: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced.pipeline.sandbox.stop()
    page = look(operator, compare="1", reveal="1")
    assert "Startdeliver did not say what it has" in text_of(page)
    assert field(page, "email")["Startdeliver has"] == "a value that was sent"
    assert field(page, "email")["Warehouse has"] == "Ada@Example.com"
    synced.pipeline.sandbox.restart()


def test_a_startdeliver_that_asks_to_wait_is_not_waited_for(
    operator: TestClient, synced: Shop, sandbox: Sandbox
) -> None:
    sandbox.faults([{"status": 429, "retry_after": 600}])
    page = look(operator, compare="1")
    assert "Startdeliver lets nobody ask it for another" in text_of(page)
    assert sandbox.requests()["total"] == 1
    look(operator, compare="1")
    assert sandbox.requests()["total"] == 1  # nobody asks while all are told to wait


def test_few_are_compared_at_once(operator: TestClient, synced: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from smrt_startdeliver.ui import comparison  # noqa: PLC0415 - once Airflow's home is set

    monkeypatch.setattr(comparison, "_PLACE_SECONDS", 0.01)
    with comparison._PLACES, comparison._PLACES:
        page = look(operator, compare="1")
    assert "Others are compared just now: look again in a moment." in text_of(page)
    assert field(page, "email")["Startdeliver has"] == "a value that was sent"
    assert "Others are compared just now" not in text_of(look(operator, compare="1"))


def test_a_startdeliver_that_does_not_answer_is_not_waited_for(
    operator: TestClient, synced: Shop, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smrt_startdeliver.ui import asking  # noqa: PLC0415 - once Airflow's home is set

    monkeypatch.setattr(asking, "_PATIENCE_SECONDS", 0.2)
    sandbox.faults([{"delay_ms": 2_000}])
    page = look(operator, compare="1", reveal="1")
    assert "did not answer GET user in 1 tries (ReadTimeout)" in text_of(page)
    assert field(page, "email")["Warehouse has"] == "Ada@Example.com"


def test_what_startdeliver_says_when_it_refuses_is_not_shown(
    operator: TestClient, synced: Shop, sandbox: Sandbox
) -> None:
    sandbox.faults([{"status": 400}])
    text = text_of(look(operator, compare="1"))
    assert (
        "Startdeliver did not say what it has: Startdeliver refuses to search user by customfieldSmrtId (400)." in text
    )


def test_the_requests_of_a_page_count_against_the_quota(operator: TestClient, synced: Shop, sandbox: Sandbox) -> None:
    pace = f"select requests from {SCHEMA}.pace"
    before = synced.pipeline.state(pace)[0]["requests"]
    look(operator, compare="1")
    after = synced.pipeline.state(pace)[0]["requests"]
    assert after >= before + 2
    synced.pipeline.configure(settings=f"timezone: UTC\ndaily_quota: {after}\n")
    sandbox.reset_requests()
    assert "(daily_quota) are used up" in text_of(look(operator, compare="1"))
    assert sandbox.requests()["total"] == 0


def test_a_customer_of_several_users_is_told_of_by_all_of_them(
    operator: TestClient, pipeline: Pipeline, sandbox: Sandbox
) -> None:
    mapping = (pipeline.config / "mapping.yaml").read_text()
    own = "externalCustomerField: {field: userId}\n"
    assert own in mapping
    by_brand = mapping.replace(own, "externalCustomerField: {field: traits.brand}\n")
    pipeline.configure(mapping=by_brand)
    shop = Shop(pipeline, brand="text")
    shop.customer("1", received_at=NOW - 2 * DAY, name="Ada", brand="Acme")
    shop.customer("2", received_at=NOW - DAY, name="Bob", brand="Acme")
    shop.customer("3", received_at=NOW - DAY, name="Eve", brand="Other")
    pipeline.run_as("scheduled", datetime.now(UTC))
    assert search(operator, "Other") == f"{PAGE}?id=3"
    assert "2 found." in search(operator, "Acme")
    page = look(operator, "2", compare="1", reveal="1")
    assert "The customer: nothing changes" in text_of(page)
    assert field(page, "name", "customer")["Startdeliver has"] == "Ada"
    assert "Users of the customer: 1, 2" in text_of(page)
    assert f'href="{PAGE}?id=1"' in page
    of_customer = look(operator, "Acme")
    assert [row["Entity"] for row in table_of(of_customer, "The user and the customer")] == ["customer"]
    assert f'href="{PAGE}?id=1"' in of_customer


def test_without_the_connection_the_page_says_what_to_do(
    operator: TestClient, synced: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_STARTDELIVER")
    assert "finds no connection 'startdeliver': create it under Admin" in text_of(look(operator, compare="1"))


def test_who_was_deleted_in_startdeliver_is_missed(operator: TestClient, synced: Shop, sandbox: Sandbox) -> None:
    edit(sandbox, "user", "8", customfieldSmrtId="other")
    assert "Startdeliver finds no user" in text_of(look(operator, compare="1"))


def test_a_warehouse_that_lost_the_customer_says_so(operator: TestClient, synced: Shop) -> None:
    synced.pipeline.execute("delete from smrt.users where id = '9'")
    assert "The user: the warehouse names none any more" in text_of(look(operator, "9", compare="1"))


def test_what_cannot_be_worked_out_is_said_and_all_else_is_shown(operator: TestClient, synced: Shop) -> None:
    synced.pipeline.configure(settings="timezone: UTC\n")
    (synced.pipeline.config / "audiences.yaml").write_text("audiences: nonsense")
    page = look(operator, compare="1")
    assert "What the next run would send could not be worked out" in text_of(page)
    assert field(page, "email")["Startdeliver has"] == "a value that was sent"


@pytest.mark.usefixtures("synced", "api_server")
def test_of_the_warehouse_a_comparison_reads_the_rows_of_the_customer_alone() -> None:
    from smrt_startdeliver.stages.extract import extract  # noqa: PLC0415 - once Airflow's home is set
    from smrt_startdeliver.ui import comparison, memory  # noqa: PLC0415

    with memory.opened() as source:
        rehearsal = comparison._rehearsal(source)
        for users, rows in ((["8"], (1, 3)), (["9"], (1, 0)), (["8", "9"], (2, 3)), (["nobody"], (0, 0))):
            with rehearsal.at_work_on(users, rehearsal.run) as job:
                staged = extract(job)
            assert (staged["users"], staged["order_created"]) == rows


@pytest.mark.usefixtures("synced")
def test_a_look_leaves_nothing_behind(operator: TestClient, pipeline: Pipeline, tmp_path: Path) -> None:
    tables = ("runs", "records", "events", "rejections", "counts", "memberships", "refusals")
    count = " union all ".join(f"select '{name}' as name, count(*) as n from {SCHEMA}.{name}" for name in tables)
    before = pipeline.state(f"select * from ({count}) as counts order by name")
    look(operator, compare="1", reveal="1")
    assert pipeline.state(f"select * from ({count}) as counts order by name") == before
