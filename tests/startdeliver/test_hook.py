"""The connection `startdeliver`, as Airflow reads it from its environment."""

from __future__ import annotations

import json

import pytest

from sandbox.testing import Sandbox
from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.provider import get_provider_info
from smrt_startdeliver.startdeliver.hook import StartdeliverHook


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch):
    def connect(**fields: object) -> StartdeliverHook:
        monkeypatch.setenv("AIRFLOW_CONN_STARTDELIVER", json.dumps({"conn_type": "startdeliver", **fields}))
        return StartdeliverHook()

    return connect


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ({}, "https://app.startdeliver.com/api/v1/"),
        ({"host": "http://127.0.0.1:8765"}, "http://127.0.0.1:8765/api/v1/"),
        ({"host": "127.0.0.1", "schema": "http", "port": 8765}, "http://127.0.0.1:8765/api/v1/"),
    ],
)
def test_the_connection_says_where_startdeliver_is(connection, fields: dict, url: str) -> None:
    assert connection(password="key", **fields).get_conn().base_url == url


def test_a_connection_without_a_key_says_where_to_get_one(connection) -> None:
    with pytest.raises(ConfigurationError, match=r"connection 'startdeliver' has no API key: .* API keys"):
        connection(host="http://127.0.0.1:1").get_conn()


def test_the_test_button_says_whether_the_key_is_accepted(connection, sandbox: Sandbox) -> None:
    assert connection(host=sandbox.url, password=sandbox.key).test_connection() == (
        True,
        "Startdeliver accepts the key",
    )
    accepted, message = connection(host=sandbox.url, password="another").test_connection()
    assert not accepted
    assert "refuses the API key" in message
    accepted, message = connection(host=sandbox.url).test_connection()
    assert not accepted
    assert "has no API key" in message


def test_airflow_finds_the_hook_by_what_the_provider_says() -> None:
    (described,) = get_provider_info()["connection-types"]
    hook = f"{StartdeliverHook.__module__}.{StartdeliverHook.__qualname__}"
    assert (described["connection-type"], described["hook-class-name"]) == (StartdeliverHook.conn_type, hook)
