"""The memory in a real PostgreSQL; each test has a schema of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from demo.postgres import Postgres
from smrt_startdeliver.state.database import State

_NUMBERS = itertools.count(1)


def engine_of(uri: str) -> sa.Engine:
    return sa.create_engine(uri.replace("postgresql:", "postgresql+psycopg:"))


@pytest.fixture(scope="package")
def uri(postgres: Postgres) -> str:
    return postgres.create_database("state")


@pytest.fixture(scope="package")
def engine(uri: str) -> Iterator[sa.Engine]:
    engine = engine_of(uri)
    yield engine
    engine.dispose()


@pytest.fixture
def schema() -> str:
    """A schema that does not exist."""
    return f"memory_{next(_NUMBERS)}"


@pytest.fixture
def state(engine: sa.Engine, schema: str) -> State:
    state = State(engine, schema)
    state.create()
    return state
