"""Nobody's cluster is touched: whatever the tests start is their own, on free ports, and ends with them."""

from __future__ import annotations

import shutil

import pytest


@pytest.fixture(scope="session", autouse=True)
def redis_is_installed() -> None:
    """There is no stand-in for Redis."""
    if shutil.which("redis-server") is None:
        pytest.fail("redis-server is missing: apt-get install redis-server", pytrace=False)
