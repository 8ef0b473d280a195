"""The mapping document of a file, and two customers to try it on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from airflow.models.variable import Variable
from airflow.utils.session import create_session

from smrt_startdeliver.mapping.source import VARIABLE
from tests.ui.mapping.pressing import FILE
from tests.ui.warehouse_rows import create_users


@pytest.fixture(autouse=True)
def file(warehouse: str, tmp_path: Path) -> Path:
    """The file of the configuration, and two customers in the warehouse, of whom `bob` was loaded last."""
    create_users(
        warehouse,
        ("ann", "2026-11-01Z", "Ann Ames", "Ann", "ann@example.com", "one"),
        ("bob", "2026-11-02Z", "Bob Bates", "Bob", "bob@example.com", "2"),
        (None, "2026-11-03Z", "Nobody", "No", None, None),
        name="text",
        first_name="text",
        email="text",
        seats="text",
    )
    path = tmp_path / "mapping.yaml"
    path.write_text(FILE)
    return path


@pytest.fixture(autouse=True)
def variable(api_server: object) -> Iterator[None]:
    """There is none before and after a test."""
    yield
    with create_session() as session:
        session.execute(sa.delete(Variable).where(Variable.key == VARIABLE))
