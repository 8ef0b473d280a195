"""One bad record among thousands costs that record alone, and hardly a request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.testing import Sandbox, running_sandbox
from smrt_startdeliver.startdeliver.client import TRIES
from smrt_startdeliver.startdeliver.wire import PAGE_SIZE
from tests.send.conftest import FIELDS, MakeEventSender, MakeSender, Memory, arrived, event, fates, objects

BAD = 432
FURTHER_TRIES_AND_LOOKS = TRIES - 1 + TRIES


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox of its own: thousands of objects are not cleared one by one."""
    with running_sandbox(tmp_path / "data.sqlite", fields=FIELDS) as sandbox:
        yield sandbox


@pytest.mark.parametrize(
    ("n", "fault", "reason", "field", "more_requests"),
    [
        (2_000, None, "refused", "customfieldSize", 0),
        (500, {"status": 500}, "server_error", "", FURTHER_TRIES_AND_LOOKS),
    ],
    ids=["a value that is refused", "500"],
)
def test_one_bad_record_costs_that_record_alone(
    memory: Memory,
    sender: MakeSender,
    sandbox: Sandbox,
    n: int,
    fault: dict | None,
    reason: str,
    field: str,
    more_requests: int,
) -> None:
    """A request a record, one a page of them to look them up; further tries and looks of the bad one alone."""
    records = [memory.new(f"user {number}", name=f"Name {number}") for number in range(n)]
    if fault:
        sandbox.faults([{"method": "POST", "where": {"name": f"Name {BAD}"}, **fault}])
    else:
        records[BAD].fields["customfieldSize"] = "huge"
    one_run = sender()
    for start in range(0, n, PAGE_SIZE):
        one_run.send(records[start : start + PAGE_SIZE])

    assert [number for number, record in enumerate(records) if record.fate != "created"] == [BAD]
    rejection = records[BAD].rejection
    assert rejection is not None
    assert (rejection.reason, rejection.field) == (reason, field)
    assert sandbox.requests()["total"] == n + n // PAGE_SIZE + more_requests
    assert len(objects(sandbox)) == n - 1
    assert set(memory.refusals()) == {f"user {BAD}"}
    assert sum(row["startdeliver_id"] is None for row in memory.rows().values()) == 1


@pytest.mark.parametrize(
    ("n", "fault", "reason", "more_requests"),
    [
        (2_000, {"status": 500}, "server_error", FURTHER_TRIES_AND_LOOKS),
        (500, {"status": 400}, "refused", 0),
    ],
    ids=["500", "400"],
)
def test_one_bad_event_costs_that_event_alone(
    event_sender: MakeEventSender, sandbox: Sandbox, n: int, fault: dict, reason: str, more_requests: int
) -> None:
    """A request an event; its own customer's other events go out too."""
    sandbox.faults([{"method": "POST", "where": {"messageId": f"m-{BAD:04}"}, **fault}])
    events = [event(f"m-{number:04}", ("ann", "bob")[number % 2], number) for number in range(n)]
    event_sender().send(events)
    assert [number for number, fate in enumerate(fates(events)) if fate != "sent"] == [BAD]
    rejection = events[BAD].rejection
    assert rejection is not None
    assert rejection.reason == reason
    assert sandbox.requests()["total"] == n + more_requests
    assert len(set(arrived(sandbox))) == len(arrived(sandbox)) == n - 1
