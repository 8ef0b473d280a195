"""The connection type `startdeliver`: what Airflow shows of it, and what its Test button says."""

from __future__ import annotations

import json

import pytest
import requests
from airflow.providers_manager import ProvidersManager
from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime

from sandbox.testing import running_sandbox
from smrt_startdeliver.startdeliver import wire
from smrt_startdeliver.startdeliver.errors import Unreachable
from smrt_startdeliver.startdeliver.hook import StartdeliverHook


def connect(monkeypatch: pytest.MonkeyPatch, **connection: object) -> StartdeliverHook:
    monkeypatch.setenv("AIRFLOW_CONN_STARTDELIVER", json.dumps({"conn_type": "startdeliver", **connection}))
    return StartdeliverHook()


def test_airflow_knows_the_connection_type_by_the_installed_provider() -> None:
    hook = ProvidersManagerTaskRuntime().hooks["startdeliver"]
    assert hook is not None
    assert hook.hook_class_name == "smrt_startdeliver.startdeliver.hook.StartdeliverHook"
    assert hook.hook_name == "Startdeliver"


def test_the_form_asks_for_base_url_port_and_api_key_alone() -> None:
    behaviour = ProvidersManager().field_behaviours["startdeliver"]
    assert behaviour["relabeling"] == {"host": "Base URL", "password": "API key"}
    assert set(behaviour["hidden_fields"]) == {"schema", "login", "extra"}


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ({}, "https://app.startdeliver.com/api/v1/"),
        ({"host": "http://127.0.0.1:8765"}, "http://127.0.0.1:8765/api/v1/"),
        ({"host": "127.0.0.1", "schema": "http", "port": 8765}, "http://127.0.0.1:8765/api/v1/"),
    ],
)
def test_the_connection_says_where_startdeliver_is(monkeypatch: pytest.MonkeyPatch, fields: dict, url: str) -> None:
    assert connect(monkeypatch, password="key", **fields).get_conn().base_url == url


def test_the_test_button_says_whether_the_key_is_good(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_sandbox(tmp_path / "sandbox.sqlite", key="good-key") as sandbox:
        assert connect(monkeypatch, host=sandbox.url, password="good-key").test_connection() == (
            True,
            "Startdeliver accepts the key",
        )
        works, said = connect(monkeypatch, host=sandbox.root, password="bad-key").test_connection()
    assert not works
    assert "refuses the API key" in said
    assert "bad-key" not in said


def test_a_connection_without_a_key_says_where_to_make_one(monkeypatch: pytest.MonkeyPatch) -> None:
    works, said = connect(monkeypatch, host="http://127.0.0.1:1").test_connection()
    assert not works
    assert "has no API key" in said


def test_who_has_no_patience_waits_no_longer_for_an_answer_than_for_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, host="http://127.0.0.1:1", password="key")
    asked: list[float] = []

    def request(*_: object, timeout: float, **__: object) -> None:
        asked.append(timeout)
        raise requests.ConnectTimeout

    for options in ({}, {"patience_seconds": 5.0}):
        client = StartdeliverHook(tries=1, **options).get_conn()
        monkeypatch.setattr(client._session, "send", request)
        with pytest.raises(Unreachable):
            client.get("me", purpose="check")
    assert asked == [wire.CLIENT_TIMEOUT_SECONDS, 5.0]
