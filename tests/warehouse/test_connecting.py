"""The type of the connection `smrt_warehouse` picks the adapter; the memory is in a PostgreSQL, there or elsewhere."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from airflow.sdk import Connection

from smrt_startdeliver.errors import ConfigurationError, WarehouseError
from smrt_startdeliver.warehouse.connecting import OTHERS, connect, memory_engine, open_warehouse
from smrt_startdeliver.warehouse.engines.dbapi import DbApiWarehouse
from smrt_startdeliver.warehouse.engines.postgres import Postgres
from tests.repository import ROOT


class Refused(Exception):
    """Of a client of an engine's."""


class Hook:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def connected(self) -> Any:
        if self.error is not None:
            raise self.error
        return Nothing()


class Nothing:
    """A connection, and a cursor, that have nothing."""

    def cursor(self) -> Nothing:
        return self

    def close(self) -> None:
        pass


@pytest.fixture
def elsewhere(uri: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The memory can be in connection `memory`."""
    monkeypatch.setenv("AIRFLOW_CONN_MEMORY", uri)
    yield monkeypatch


def test_a_warehouse_in_postgresql_holds_the_memory_unless_it_is_said_where_that_is(
    uri: str, elsewhere: pytest.MonkeyPatch
) -> None:
    elsewhere.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", uri)
    for state_connection in (None, "memory"):
        with connect(state_connection) as connected:
            assert isinstance(connected.warehouse, Postgres)
            assert (connected.warehouse._engine is connected.memory) == (state_connection is None)


@pytest.mark.parametrize("conn_type", OTHERS)
def test_the_type_of_the_connection_picks_the_adapter_and_the_memory_is_elsewhere(
    conn_type: str, elsewhere: pytest.MonkeyPatch
) -> None:
    adapter, _ = OTHERS[conn_type]
    elsewhere.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", f"{conn_type}://")
    elsewhere.setattr(Connection, "get_hook", _postgres_or(Hook(), Connection.get_hook))
    elsewhere.setattr(adapter, "connect", lambda self: self.hook.connected())
    with connect("memory", statement_timeout=7) as connected:
        assert type(connected.warehouse) is adapter
        assert connected.warehouse.statement_timeout == 7
        assert connected.memory.dialect.name == "postgresql"


@pytest.mark.parametrize("conn_type", OTHERS)
def test_another_engine_without_a_place_for_the_memory_is_said_with_what_to_do(
    conn_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", f"{conn_type}://")
    with pytest.raises(ConfigurationError) as error:
        connect(None)
    assert str(error.value) == (
        f"the memory needs a PostgreSQL, and connection 'smrt_warehouse' is of type '{conn_type}': set "
        "state_connection in settings.yaml to one of type 'postgres'"
    )


def test_a_memory_that_is_no_postgresql_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MEMORY", "mysql://")
    with pytest.raises(ConfigurationError, match=r"'memory' is of type 'mysql': set state_connection .* to another"):
        memory_engine("memory")


def test_a_memory_that_cannot_be_reached_names_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MEMORY", "postgresql://nobody@localhost:1/nowhere")
    with pytest.raises(WarehouseError, match="the memory of connection 'memory' cannot be reached"):
        memory_engine("memory")


def test_a_warehouse_of_an_engine_that_is_none_of_these_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", "mysql://")
    with pytest.raises(ConfigurationError, match="must be one of postgres, redshift, snowflake, gcpbigquery"):
        open_warehouse()


@pytest.mark.parametrize("conn_type", OTHERS)
def test_a_provider_that_is_not_installed_is_said_with_the_extra_that_brings_it(
    conn_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", f"{conn_type}://")
    with pytest.raises(ConfigurationError) as error:
        open_warehouse()
    (extra,) = re.findall(r"smrt-startdeliver\[(\w+)\]", str(error.value))
    assert extra in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]


@pytest.mark.parametrize("conn_type", OTHERS)
def test_a_warehouse_that_cannot_be_reached_is_told_by_the_name_of_the_error_alone(
    conn_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter, _ = OTHERS[conn_type]
    monkeypatch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", f"{conn_type}://")
    monkeypatch.setattr(Connection, "get_hook", lambda _: Hook(Refused("password s3cret of Ann")))
    monkeypatch.setattr(adapter, "connect", lambda self: self.hook.connected())
    monkeypatch.setattr(adapter, "sqlstate", lambda _, error: "" if isinstance(error, Refused) else None)
    with pytest.raises(WarehouseError) as error:
        open_warehouse()
    assert str(error.value) == (
        f"the warehouse of connection 'smrt_warehouse' cannot be reached ({adapter.name}: Refused): "
        "check what the connection says of it, and its login"
    )


def test_what_is_no_error_of_the_engine_is_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    class Faulty(DbApiWarehouse):
        def connect(self) -> Any:
            raise ZeroDivisionError

        def columns_sql(self, schema: str) -> str:
            return ""

        def sqlstate(self, error: Exception) -> str | None:
            return None

    with pytest.raises(ZeroDivisionError):
        Faulty(Hook()).reach()


def _postgres_or(hook: Any, get_hook: Any) -> Any:
    return lambda connection: get_hook(connection) if connection.conn_type == "postgres" else hook
