"""The API key: sent bare, refused at once, shown to nobody."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest

from sandbox.testing import Sandbox
from smrt_startdeliver.startdeliver.client import Client
from smrt_startdeliver.startdeliver.errors import KeyRefused, StartdeliverError
from tests.startdeliver.conftest import READONLY_KEY
from tests.startdeliver.scripted import Answer, Scripted

KEY = "s3cret-kEy-0f-Ann"


def test_the_key_is_sent_bare(told: Client, scripted: Scripted) -> None:
    told.get("me", purpose="check")
    assert [asked.headers["Authorization"] for asked in scripted.asked] == ["demo-key"]


def test_no_netrc_file_puts_another_key_in_its_place(
    told: Client, scripted: Scripted, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    told.get("me", purpose="check")
    assert scripted.asked[-1].headers["Authorization"] == "demo-key"


def test_a_bad_key_is_refused_at_once_with_one_line_that_says_what_to_fix(sandbox: Sandbox, waits: list[float]) -> None:
    with pytest.raises(KeyRefused) as refused:
        Client(sandbox.url, KEY).get("me", purpose="check")
    message = str(refused.value)
    assert "password of connection 'startdeliver'" in message
    assert "\n" not in message
    assert sandbox.requests()["total"] == 1
    assert waits == []


def test_a_key_that_may_not_write_is_refused_at_once(sandbox: Sandbox, waits: list[float]) -> None:
    with pytest.raises(KeyRefused, match="admin permissions"):
        Client(sandbox.url, READONLY_KEY).post("user", {"name": "Ann"})
    assert sandbox.requests()["total"] == 1
    assert waits == []


@pytest.mark.parametrize(
    "broken", [KEY + "\n", KEY + "\r\nX-Other: 1", "\t" + KEY, KEY + "\u2028", KEY + "\N{EURO SIGN}"]
)
def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(scripted: Scripted, broken: str) -> None:
    with pytest.raises(KeyRefused, match="copy it anew into the password of connection 'startdeliver'") as refused:
        Client(scripted.url, broken)
    assert KEY not in shown(refused.value)
    assert scripted.asked == []


def shown(error: BaseException, *, with_locals: bool = False) -> str:
    """All that a log could show of an error: its text, its traceback, and what the variables of its frames held."""
    full = traceback.TracebackException.from_exception(error, capture_locals=with_locals)
    return f"{error!s} {error!r} {vars(error)} {''.join(full.format())}"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(401),
        Answer(403, b'{"error": {"message": "no"}}'),
        Answer(302, headers={"Location": "https://elsewhere.example"}),
        Answer(400, b'{"error": {"message": "no"}}'),
        Answer(404),
        Answer(500),
        Answer(501),
        Answer(200, b"<html>"),
    ],
    ids=lambda answer: str(answer.status),
)
@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.get("me", purpose="check"),
        lambda client: client.post("user", {"name": "Ann"}),
        lambda client: client.patch("user/1", {"id": 1, "name": "Ann"}),
    ],
    ids=["get", "post", "patch"],
)
def test_no_error_shows_the_key(
    scripted: Scripted, waits: list[float], answer: Answer, ask: Callable[[Client], object]
) -> None:
    scripted.answers = [answer]
    with pytest.raises(StartdeliverError) as error:
        ask(Client(scripted.url, KEY))
    assert KEY not in shown(error.value, with_locals=True)


def test_no_error_of_the_network_shows_the_key(closed_port: int, waits: list[float]) -> None:
    with pytest.raises(StartdeliverError) as error:
        Client(f"http://127.0.0.1:{closed_port}/api/v1/", KEY).get("me", purpose="check")
    assert KEY not in shown(error.value, with_locals=True)
    assert KEY not in repr(Client(f"http://127.0.0.1:{closed_port}/api/v1/", KEY))
