"""docs/reasons.md: what it says of Startdeliver's answers is what the client makes of them; its numbers are the code's.

That each reason is there, and no other, is in tests/repository/test_readme.py.
"""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import get_args

import pytest

from smrt_startdeliver.plan.fates import Fate
from smrt_startdeliver.startdeliver.breaker import FAILING_SECONDS, FAILURES, REFUSALS
from smrt_startdeliver.startdeliver.client import TRIES, Client
from smrt_startdeliver.startdeliver.errors import KeyRefused, OutcomeUnknown, Refused, ServerFailed, Unreachable
from smrt_startdeliver.startdeliver.pace import Pace
from tests.docs.reading import below
from tests.repository import ROOT
from tests.startdeliver.scripted import Answer, scripted_server

PAGE = (ROOT / "docs/reasons.md").read_text()
ANSWERS = re.findall(r"^\| ((?:\d{3}, )*\d{3})(?: and .+?)? \| (.+?) \|", PAGE, re.MULTILINE)
CASES = [(int(status), said) for statuses, said in ANSWERS for status in statuses.split(", ")]


@pytest.mark.parametrize(("status", "said"), CASES)
def test_an_answer_leads_to_what_the_page_says(status: int, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=slept.append))
    with scripted_server() as server:
        server.answers = [Answer(status)]
        client = Client(server.url, "a-key", pace=Pace(clock=lambda: sum(slept), sleep=slept.append))
        with pytest.raises((KeyRefused, Refused, ServerFailed, Unreachable)) as update:
            client.patch("user/1", {"name": "Ann"})
        tries = len(server.asked)
        with pytest.raises((KeyRefused, Refused, ServerFailed, Unreachable, OutcomeUnknown)) as create:
            client.post("user", {"name": "Ann"})
    came = (update.type, create.type) if not issubclass(update.type, Refused) else (Refused, Refused)
    assert came == expected(said)
    assert tries == (TRIES if "six times" in said else 1) or status == 429


def expected(said: str) -> tuple[type[Exception], type[Exception]]:
    """What an update and a create come to, in the page's words."""
    if "costs that record alone" in said:
        return Refused, Refused
    if "key is refused" in said:
        return KeyRefused, KeyRefused
    if "looked up before it is sent again" in said:
        return ServerFailed, OutcomeUnknown
    if said.startswith("it is tried again"):
        return ServerFailed, ServerFailed
    assert said.startswith(("everybody waits", "the run stops")), said
    return Unreachable, Unreachable


def test_all_kinds_of_answers_are_there() -> None:
    assert {400, 401, 403, 404, 408, 429, 500, 501, 503} <= {status for status, _ in CASES}


def test_the_fates_are_the_codes() -> None:
    rows = re.findall(r"^\| `([a-z ]+)` \| [^|]+ \|$", below(PAGE, 2)["What became of every row"], re.MULTILINE)
    assert rows == list(get_args(Fate))


def test_the_numbers_are_the_codes() -> None:
    assert TRIES == 6
    assert f"{REFUSALS} records in a row" in PAGE
    assert f"{FAILURES} tries in a row that failed over {FAILING_SECONDS:.0f} seconds" in PAGE
