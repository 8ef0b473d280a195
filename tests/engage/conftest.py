"""The readings that histories reckoned on paper are put to."""

from __future__ import annotations

import pytest

from tests.engage.two_readings import Plain, Rules


@pytest.fixture(params=[Plain], ids=["plain"])
def rules(request: pytest.FixtureRequest) -> Rules:
    return request.param()
