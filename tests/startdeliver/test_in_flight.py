"""How many requests are under way at once, whoever asks for them."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from smrt_startdeliver.startdeliver.client import Client


def test_no_more_requests_are_under_way_than_may_be_whatever_they_are_for(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client("http://nowhere.invalid/api/v1/", "a key", max_in_flight=2)
    counting = threading.Lock()
    under_way, seen = 0, []

    def send(*_: object, **__: object) -> requests.Response:
        nonlocal under_way
        with counting:
            under_way += 1
            seen.append(under_way)
        time.sleep(0.02)
        with counting:
            under_way -= 1
        answer = requests.Response()
        answer.status_code, answer._content = 200, b"{}"
        return answer

    monkeypatch.setattr(client._session, "send", send)
    monkeypatch.setattr(client._pace, "wait", lambda: None)
    with ThreadPoolExecutor(6) as pool:
        for number in range(12):
            pool.submit(client.get, "me", purpose="lookup") if number % 2 else pool.submit(client.post, "user", {})
    assert (len(seen), max(seen)) == (12, 2)
