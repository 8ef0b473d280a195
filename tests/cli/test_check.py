"""`check` looks at everything that a run needs, goes on after what is wrong, and writes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from smrt_startdeliver.mapping.document import parse_mapping, required_fields
from smrt_startdeliver.warehouse.engine import warehouse_engine
from smrt_startdeliver.warehouse.engines.postgres import Postgres
from tests.cli.conftest import Ask, Run
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop
from tests.repository.grants import granted_login

TRAIT = "traits: [{name: Orders, kind: event_counter, event: Order Created, field: customfieldOrders}]\n"


def found(ask: Ask) -> dict[str, list[tuple[str, str]]]:
    """What was found, (state, said) by what was looked at; see that the exit code and `ok` tell whether it is good."""
    result = ask("check", "--json")
    answer = json.loads(result.stdout)
    findings: dict[str, list[tuple[str, str]]] = {}
    for one in answer["checks"]:
        findings.setdefault(one["about"], []).append((one["state"], one["said"]))
    is_wrong = any(state == "wrong" for lines in findings.values() for state, _ in lines)
    assert (answer["ok"], result.exit_code) == (not is_wrong, int(is_wrong))
    return findings


def states(findings: dict[str, list[tuple[str, str]]]) -> dict[str, str]:
    return {about: lines[0][0] for about, lines in findings.items()}


def schemas(pipeline: Pipeline) -> set[str]:
    with psycopg.connect(pipeline.uri) as connection:
        return {name for (name,) in connection.execute("select nspname::text from pg_namespace")}


def test_where_all_is_good_it_says_so_line_by_line_and_writes_nothing(
    ask: Ask, shop: Shop, pipeline: Pipeline, tmp_path: Path
) -> None:
    shop.customer("7")
    shop.event("Order Created", "7", MONDAY)
    result = ask("check")
    assert result.exit_code == 0, result.stdout
    lines = result.stdout.splitlines()
    assert lines[-1] == "A run can start."
    assert {line[0] for line in lines[:-1]} == {"✓", "!"}
    assert "✓ source schema: smrt has 2 of SMRT's 18 tables: users, order_created" in lines
    assert any(line.startswith("! source schema: not there, so nothing of it is sent: identifies, ") for line in lines)
    assert "✓ customers: 1 in table users" in lines
    assert "✓ memory: schema startdeliver_sync is made by the first run" in lines
    assert "✓ Startdeliver's key: accepted, it belongs to Sandbox" in lines
    assert "✓ custom fields of users: all 28 are there with their types" in lines
    assert "startdeliver_sync" not in schemas(pipeline)
    assert pipeline.sandbox.requests()["total"] == 3
    assert not any(path.is_file() for path in (tmp_path / "staging").rglob("*"))


def test_all_custom_fields_that_are_missing_or_of_another_type_are_named(
    ask: Ask, shop: Shop, pipeline: Pipeline
) -> None:
    document = parse_mapping((pipeline.config / "mapping.yaml").read_text(), "mapping.yaml")
    fields = {entity: dict(of) for entity, of in required_fields(document).items()}
    del fields["user"]["customfieldBrand"], fields["user"]["customfieldAgent"]
    fields["user"]["customfieldIsLost"] = "text"
    pipeline.sandbox.declare(fields)
    pipeline.sandbox.reset_requests()
    findings = found(ask)
    wrong = {about for about, lines in findings.items() if lines[0][0] == "wrong"}
    assert wrong == {f"user field customfield{alias}" for alias in ("Brand", "Agent", "IsLost")}
    assert "create it of type boolean under Settings, Fields" in findings["user field customfieldIsLost"][0][1]
    assert findings["user field customfieldLink"] == [("ok", "is there, of type text")]
    assert findings["custom fields of customers"] == [("ok", "all 1 are there with their types")]
    assert pipeline.sandbox.requests()["total"] == 3 + len(fields["user"]) + 2


def test_it_goes_on_after_a_mistake_in_the_settings(ask: Ask, shop: Shop, pipeline: Pipeline) -> None:
    pipeline.configure(settings="timezon: UTC\n")
    assert states(found(ask)) == {
        "settings": "wrong",
        "time zone": "unknown",
        "mapping document": "ok",
        "traits.yaml, audiences.yaml": "unknown",
        "warehouse": "ok",
        "source schema": "unknown",
        "memory": "unknown",
        "Startdeliver's key": "ok",
        "custom fields of users": "ok",
        "custom fields of customers": "ok",
        "staging": "ok",
    }


def test_it_goes_on_after_a_mistake_in_the_mapping_document(ask: Ask, shop: Shop, pipeline: Pipeline) -> None:
    (pipeline.config / "mapping.yaml").write_text("userMapping: 7\n")
    by_state = states(found(ask))
    assert {about for about, state in by_state.items() if state == "wrong"} == {"mapping document"}
    assert {about for about, state in by_state.items() if state == "unknown"} == {
        "traits.yaml, audiences.yaml",
        "renamed declarations",
        "custom fields",
    }


def test_a_time_zone_that_is_not_set_is_wrong(ask: Ask, shop: Shop, pipeline: Pipeline) -> None:
    pipeline.configure(settings="")
    assert {about for about, state in states(found(ask)).items() if state == "wrong"} == {"time zone"}


def test_a_warehouse_and_a_startdeliver_that_are_not_there_are_both_told(
    ask: Ask, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", "postgresql://nobody@127.0.0.1:9/nowhere")
    pipeline.connect_startdeliver(key="another")
    findings = found(ask)
    by_state = states(findings)
    assert {about for about, state in by_state.items() if state == "wrong"} == {"warehouse", "Startdeliver's key"}
    assert {about for about, state in by_state.items() if state == "unknown"} == {
        "source schema",
        "memory",
        "custom fields",
    }
    assert "refuses the API key" in findings["Startdeliver's key"][0][1]
    assert by_state["staging"] == "ok"


def test_a_key_that_is_none_and_a_schema_that_is_missing_are_told(ask: Ask, pipeline: Pipeline) -> None:
    pipeline.connect_startdeliver(key="\n")
    findings = found(ask)
    assert "has no schema 'smrt'" in findings["source schema"][0][1]
    assert findings["Startdeliver's key"][0][0] == "wrong"
    assert findings["memory"][0][0] == "ok"


def test_rights_that_are_missing_are_told_with_the_tables(
    ask: Ask, shop: Shop, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.event("Pickup Missed", "7", MONDAY)
    with granted_login(pipeline.uri) as uri:
        monkeypatch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", uri)
        assert set(states(found(ask)).values()) == {"ok"}
        pipeline.execute("revoke select on smrt.pickup_missed from smrt_startdeliver")
        pipeline.execute("alter schema startdeliver_sync owner to current_user")
        findings = found(ask)
    assert "may not be read: pickup_missed. Grant usage" in findings["rights to the source"][0][1]
    assert "must own it, or be allowed to create schemas" in findings["memory"][0][1]
    assert findings["renamed declarations"][0][0] == "unknown"


def test_a_table_of_the_memory_that_is_somebody_elses_is_told(
    ask: Ask, shop: Shop, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    with granted_login(pipeline.uri) as uri:
        monkeypatch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", uri)
        pipeline.execute("create table startdeliver_sync.forgotten (user_id text primary key, at timestamptz)")
        findings = found(ask)
        assert "tables of schema 'startdeliver_sync' are not ours to write (forgotten)" in findings["memory"][0][1]


def test_renamed_declarations_and_those_that_are_not_sent_are_told(ask: Ask, shop: Shop, pipeline: Pipeline) -> None:
    shop.customer("7")
    pipeline.configure(traits=TRAIT)
    pipeline.run_as("scheduled", MONDAY)
    pipeline.configure(traits=TRAIT.replace("Orders,", "All orders,").replace(", field: customfieldOrders", ""))
    findings = found(ask)
    assert findings["declarations"][0][0] == "note"
    assert "'All orders' is not sent" in findings["declarations"][0][1]
    ((state, said),) = findings["renamed declarations"]
    assert state == "wrong"
    assert "line 1: 'All orders' gives the key all_orders" in said


def test_a_staging_folder_that_cannot_be_written_to_is_told(
    ask: Ask, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SMRT_STARTDELIVER_STAGING", f"file://{tmp_path}/file/below")
    assert "set SMRT_STARTDELIVER_STAGING to a folder" in found(ask)["staging"][0][1]


def test_as_a_process_it_finds_airflows_connections_and_exits_with_1_where_one_is_missing(
    run: Run, connected: None
) -> None:
    result = run("check", "--json")
    assert (result.returncode, result.stderr) == (1, "")
    checks: list[dict[str, Any]] = json.loads(result.stdout)["checks"]
    by_state = {one["about"]: one for one in checks}
    assert by_state["warehouse"]["state"] == "ok"
    assert "Airflow finds no such connection" in by_state["Startdeliver's key"]["said"]


def test_a_warehouse_of_another_engine_needs_a_connection_for_the_memory(
    ask: Ask, shop: Shop, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smrt_startdeliver.cli.connect.open_warehouse", lambda: Postgres(warehouse_engine("source")))
    monkeypatch.setenv("AIRFLOW_CONN_SOURCE", pipeline.uri)
    monkeypatch.setenv("AIRFLOW_CONN_MEMORY", pipeline.uri)
    monkeypatch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", "snowflake://")
    shop.customer("7")
    findings = found(ask)
    ((state, said),) = findings["memory"]
    assert (state, findings["customers"]) == ("wrong", [("ok", "1 in table users")])
    assert said.endswith("set state_connection in settings.yaml to one of type 'postgres'")

    pipeline.configure(settings="timezone: UTC\nstate_connection: memory\n")
    assert states(found(ask))["memory"] == "ok"
