"""The engine behind Airflow's connection `smrt_warehouse`."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.warehouse.engine import KEEPALIVES, warehouse_engine


def test_a_session_speaks_utc_whatever_the_databases_own_zone(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        assert connection.execute(sa.text("show timezone")).scalar_one() == "UTC"
        connection.rollback()
        assert connection.execute(sa.text("show timezone")).scalar_one() == "UTC"


def test_what_was_committed_outlives_a_crash_of_the_server_whatever_its_default(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        connection.execute(sa.text("reset synchronous_commit"))
        assert connection.execute(sa.text("show synchronous_commit")).scalar_one() == "off"
        connection.invalidate()
    with engine.connect() as connection:
        assert connection.execute(sa.text("show synchronous_commit")).scalar_one() == "on"


def test_both_ends_of_a_session_find_out_soon_that_the_other_is_gone(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        server = [connection.execute(sa.text(f"show tcp_{name}")).scalar_one() for name in KEEPALIVES]
        client = dict(
            option.split("=") for option in connection.connection.driver_connection.info.dsn.split() if "=" in option
        )
    assert server == [str(value) for value in KEEPALIVES.values()]
    assert {name: int(client[name]) for name in KEEPALIVES} == KEEPALIVES


def test_the_connections_own_keepalives_win(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", f"{uri}?keepalives_idle=200")
    engine = warehouse_engine()
    try:
        with engine.connect() as connection:
            assert "keepalives_idle=200 keepalives_interval=10" in connection.connection.driver_connection.info.dsn
    finally:
        engine.dispose()


def test_a_session_waits_a_while_for_what_is_locked_and_may_idle_while_a_task_sends(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        assert connection.execute(sa.text("show lock_timeout")).scalar_one() == "5min"
        assert connection.execute(sa.text("show idle_session_timeout")).scalar_one() == "0"


def test_a_fault_of_our_own_shows_no_parameter(engine: sa.Engine) -> None:
    with engine.connect() as connection, pytest.raises(sa.exc.StatementError) as error:
        connection.execute(sa.text("select :name, :forgotten"), {"name": "Ann of Main Street"})
    assert "forgotten" in str(error.value)
    assert "Ann" not in str(error.value)


@pytest.mark.parametrize("wrong", ["port", "password"])
def test_a_warehouse_that_cannot_be_reached_is_one_line_that_says_what_to_check_and_shows_no_password(
    uri: str, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    url = sa.make_url(uri)
    broken = url.set(port=1) if wrong == "port" else url.set(password="s3cret")
    monkeypatch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", broken.render_as_string(hide_password=False))
    with pytest.raises(WarehouseError, match="connection 'smrt_warehouse' cannot be reached") as error:
        warehouse_engine()
    message = str(error.value)
    assert "check its host, port, database, login and password" in message
    assert "\n" not in message
    assert (broken.password or "") not in message


def test_who_does_not_wait_gives_up_a_server_that_does_not_answer(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", uri)
    engine = warehouse_engine(connect_timeout=10)
    with engine.connect() as connection:
        assert "connect_timeout=10" in connection.connection.driver_connection.info.dsn.split()
    engine.dispose()


def test_who_has_no_patience_gives_a_statement_up(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", uri)
    engine = warehouse_engine(statement_timeout=7)
    try:
        with engine.connect() as first, engine.connect() as second:
            for connection in (first, second):
                connection.execute(sa.text("select 1"))
                connection.rollback()
                assert connection.execute(sa.text("show statement_timeout")).scalar_one() == "7s"
    finally:
        engine.dispose()
