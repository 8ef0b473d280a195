"""What the environment says of proxies holds for a client, and is looked up once for all of its requests."""

from __future__ import annotations

import pytest
import requests.sessions

from smrt_startdeliver.startdeliver.client import Client
from smrt_startdeliver.startdeliver.errors import Unreachable
from tests.startdeliver.scripted import Scripted


def test_the_environments_proxy_is_asked_instead_of_the_host(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_proxies(monkeypatch)
    monkeypatch.setenv("http_proxy", scripted.url.partition("/api")[0])
    client("http://startdeliver.invalid/api/v1/").get("me", purpose="check")
    assert [asked.path for asked in scripted.asked] == ["http://startdeliver.invalid/api/v1/me"]


def test_a_host_that_needs_no_proxy_is_asked_itself(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    without_proxies(monkeypatch)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    client(scripted.url).get("me", purpose="check")
    assert len(scripted.asked) == 1
    monkeypatch.delenv("no_proxy")
    with pytest.raises(Unreachable):
        client(scripted.url).get("me", purpose="check")


def test_it_is_looked_up_once_a_client_and_not_at_each_request(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for: list[str] = []

    def noting(url: str, no_proxy: str | None = None) -> dict[str, str]:
        asked_for.append(url)
        return {}

    monkeypatch.setattr(requests.sessions, "get_environ_proxies", noting)
    one = client(scripted.url)
    for _ in range(3):
        one.get("me", purpose="check")
    assert (len(scripted.asked), asked_for) == (3, [scripted.url])


def without_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


def client(url: str) -> Client:
    return Client(url, "demo-key", tries=1)
