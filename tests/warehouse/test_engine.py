"""The engine behind Airflow's connection `smrt_warehouse`."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.warehouse.engine import warehouse_engine


def test_a_session_speaks_utc_whatever_the_databases_own_zone(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        assert connection.execute(sa.text("show timezone")).scalar_one() == "UTC"
        connection.rollback()
        assert connection.execute(sa.text("show timezone")).scalar_one() == "UTC"


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
