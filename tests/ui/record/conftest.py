"""A shop that was synced, and the pages that look at it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.testing import Sandbox, running_sandbox
from smrt_startdeliver.startdeliver import limit
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import Shop
from tests.ui.record.looking import ADA, AUDIENCES, DAY, NOW, TRAITS


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
    for days in (10, 9):  # before this week, so that she is ranked by them on any day
        shop.event("Order Created", "8", NOW - days * DAY, value=10)
    shop.event("Order Created", "8", None, loaded=NOW - DAY, id="order-timeless")
    return shop


@pytest.fixture
def synced(pipeline: Pipeline, shop: Shop) -> Shop:
    """... and a run has sent all of it."""
    pipeline.run_as("scheduled", datetime.now(UTC))
    pipeline.sandbox.reset_requests()
    return shop
