"""The pace and a real server: counts of 429 among its answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sandbox.testing import Sandbox
from smrt_startdeliver.startdeliver.client import Client


def test_once_the_limit_is_found_hardly_a_request_is_refused(sandbox: Sandbox) -> None:
    sandbox.limit(rate=100, burst=50)
    client = Client(sandbox.url, sandbox.key)

    def ask(times: int) -> int:
        """So many requests, eight at once; how many answers were 429."""
        before = client.requests_made["429"]
        with ThreadPoolExecutor(8) as pool:
            for answer in [pool.submit(client.get, "me", purpose="check") for _ in range(times)]:
                answer.result()
        return client.requests_made["429"] - before

    try:
        assert ask(300) <= 60
        assert ask(400) <= 8
        assert sandbox.requests()["total"] == 700 + client.requests_made["429"]
    finally:
        sandbox.limit(None)
