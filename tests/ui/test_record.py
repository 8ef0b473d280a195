"""Record: found by id, email or phone; what Startdeliver has, what will change, each event; masked until asked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from sandbox.testing import Sandbox, running_sandbox
from smrt_startdeliver.startdeliver import limit
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import Shop
from tests.ui.conftest import HOME
from tests.ui.reading import table_of, text_of
from tests.ui.runs import SCHEMA

PAGE = f"{HOME}record"
NOW = datetime.now(UTC)
DAY = timedelta(days=1)
ADA = {"name": "Ada Lovelace", "email": "Ada@Example.com", "phone": "+15550100123"}
HIDDEN = "••••••"
AUDIENCES = """
audiences:
  - {name: Regulars, field: customfieldRegular, all: [{event: Order Created, at_least: 1}]}
  - {name: Best, field: customfieldBest, all: [{trait: demographic, op: equals, value: 1}]}
"""
TRAITS = """
traits:
  - {name: Orders, kind: event_counter, event: Order Created, field: customfieldOrders, policy: fill_empty}
"""


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path / "sandbox.sqlite") as running:
        yield running


@pytest.fixture
def pipeline(warehouse: str, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """The warehouse that the pages look at, with the sandbox as Startdeliver."""
    monkeypatch.setenv("AIRFLOW_CONN_STARTDELIVER", "")  # put back after the test
    monkeypatch.setenv("AIRFLOW_VAR_STARTDELIVER_MAPPING", " ")  # no variable: Airflow's database is not asked for one
    monkeypatch.setattr(limit, "FIRST_RATE", 1_000.0)
    config = tmp_path / "config"
    config.mkdir()
    pipeline = Pipeline(None, warehouse, sandbox, config)
    pipeline.configure(settings="timezone: UTC\n", traits=TRAITS, audiences=AUDIENCES)
    return pipeline


@pytest.fixture
def shop(pipeline: Pipeline) -> Shop:
    """Ada, with two orders and one that came without a time, and Bob; nothing was synced yet."""
    shop = Shop(pipeline, phone="text")
    shop.customer("8", received_at=NOW - DAY, **ADA)
    shop.customer("9", received_at=NOW - DAY, name="Bob", email="bob@example.com", phone="555-010-9999")
    for days in (3, 2):
        shop.event("Order Created", "8", NOW - days * DAY, value=10)
    shop.event("Order Created", "8", None, loaded=NOW - DAY, id="order-timeless")
    return shop


@pytest.fixture
def synced(pipeline: Pipeline, shop: Shop) -> Shop:
    """... and a run has sent all of it."""
    pipeline.run_as("scheduled", datetime.now(UTC))
    pipeline.sandbox.reset_requests()
    return shop


def search(client: TestClient, asked: str) -> str:
    """Where a search leads to: a path, or the text of the page that it stays at."""
    answer = client.post(PAGE, data={"asked": asked})
    return answer.headers["location"] if answer.status_code == 303 else text_of(answer.text)


def look(client: TestClient, user_id: str = "8", **asked: str) -> str:
    answer = client.get(PAGE, params={"id": user_id, **asked})
    assert answer.status_code == 200, answer.text
    return answer.text


def field(html: str, alias: str, entity: str = "user") -> dict[str, str]:
    (row,) = (row for row in table_of(html, f"Fields of the {entity}") if row["Field"] == alias)
    return row


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


def edit(sandbox: Sandbox, entity: str, key: str, **fields: object) -> None:
    """What a person does in Startdeliver."""
    import requests  # noqa: PLC0415

    (one,) = (one for one in sandbox.objects(entity) if one["customfieldSmrtId"] == key)
    url = f"{sandbox.url}{entity}/{one['id']}"
    requests.patch(url, json=fields, headers={"Authorization": sandbox.key}, timeout=10).raise_for_status()


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


@pytest.mark.parametrize("asked", ["8", "ada@example.com"])
def test_of_who_was_forgotten_nothing_is_shown(operator: TestClient, synced: Shop, asked: str) -> None:
    synced.pipeline.execute(f"insert into {SCHEMA}.forgotten (user_id) values ('8')")
    assert search(operator, asked) == f"{PAGE}?id=8"
    page = look(operator, compare="1", reveal="1")
    assert "Customer 8 was forgotten on" in text_of(page)
    assert "<table" not in page
    assert not any(value in page for value in ADA.values())


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
