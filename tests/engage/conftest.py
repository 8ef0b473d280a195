"""The readings that histories reckoned on paper are put to."""

from __future__ import annotations

import pytest

from tests.engage.two_readings import Plain, Rules
from tests.engage.with_pandas import WithPandas


@pytest.fixture(params=[Plain, WithPandas], ids=["plain", "pandas"])
def rules(request: pytest.FixtureRequest) -> Rules:
    return request.param()
