from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.postgres import Postgres, running_postgres


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with running_postgres(tmp_path_factory.mktemp("postgres"), throwaway=True) as running:
        yield running
