"""Events: intended, sent in order, settled, each once; against the sandbox and a real memory."""

from __future__ import annotations

import pytest

from sandbox.testing import Sandbox
from smrt_startdeliver.send.reasons import Rejection
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.errors import KeyRefused
from smrt_startdeliver.state.database import State
from tests.send.conftest import NOON, MakeEventSender, arrived, event, events_of


def test_an_event_arrives_as_it_is_and_is_remembered_without_its_body(
    event_sender: MakeEventSender, sandbox: Sandbox, state: State
) -> None:
    event_sender().send([event("m-1", properties={"value": 19.5, "discount": {"name": "Spring"}})])
    (usage,) = sandbox.objects("usage")
    assert {key: usage[key] for key in ("userId", "usageType", "timestamp", "type", "properties", "messageId")} == {
        "userId": "ann",
        "usageType": "Order Created",
        "timestamp": 1_795_176_000_000,
        "type": "track",
        "properties": {"value": 19.5, "discount": {"name": "Spring"}},
        "messageId": "m-1",
    }
    assert events_of(state) == {"m-1": ("sent", None, False)}


def test_each_customers_events_arrive_in_their_order_however_many_are_under_way(
    event_sender: MakeEventSender, sandbox: Sandbox
) -> None:
    events = [event(f"{user}-{n:02}", user, n) for user in ("ann", "bob") for n in range(20)]
    event_sender(max_in_flight=8).send(events)
    for user in ("ann", "bob"):
        mine = [identity for identity in arrived(sandbox) if identity.startswith(user)]
        assert mine == [f"{user}-{n:02}" for n in range(20)]
    assert sandbox.requests()["writes"] == 40
    assert sandbox.requests()["searches"] == 0


def test_a_match_on_a_number_is_sent_as_a_number(
    event_sender: MakeEventSender, sandbox: Sandbox, api: Startdeliver
) -> None:
    api.create("user", {"customfieldNumber": 102})
    event_sender().send([event("m-1", match_field="customfieldNumber", match_value="102")])
    assert [usage["userId"] for usage in sandbox.objects("usage")] == [102]


def test_an_event_that_is_refused_costs_itself_alone_and_is_kept_to_be_tried_again(
    event_sender: MakeEventSender, sandbox: Sandbox, state: State
) -> None:
    events = [event("m-1"), event("m-2", minutes=1, match_value="nobody-we-know"), event("m-3", minutes=2)]
    event_sender().send(events)
    assert [one.fate for one in events] == ["sent", "rejected", "sent"]
    rejection = events[1].rejection
    assert rejection is not None
    assert (rejection.reason, rejection.field) == ("refused", "userId")
    assert "nobody-we-know" not in (rejection.detail or "")
    assert arrived(sandbox) == ["m-1", "m-3"]
    assert events_of(state) == {
        "m-1": ("sent", None, False),
        "m-2": ("rejected", "refused", True),
        "m-3": ("sent", None, False),
    }


def test_an_event_that_has_its_fate_already_is_only_remembered(
    event_sender: MakeEventSender, sandbox: Sandbox, state: State
) -> None:
    lost = event("m-1", "stranger", match_field="", match_value="")
    lost.fate, lost.rejection = "rejected", Rejection("no_user")
    event_sender().send([lost])
    assert sandbox.requests()["total"] == 0
    assert events_of(state) == {"m-1": ("rejected", "no_user", True)}


def test_an_event_of_a_user_who_was_tied_by_a_field_that_is_not_mapped_any_more_is_rejected(
    event_sender: MakeEventSender, sandbox: Sandbox, state: State
) -> None:
    events = [event("m-1", match_field="customfieldOld"), event("m-2", minutes=1)]
    event_sender().send(events)
    assert [one.fate for one in events] == ["rejected", "sent"]
    assert events_of(state)["m-1"] == ("rejected", "match_field_not_mapped", True)


@pytest.mark.parametrize("drop", ["before", "after"])
def test_an_event_whose_answer_is_lost_arrives_once(
    event_sender: MakeEventSender, sandbox: Sandbox, state: State, drop: str
) -> None:
    sandbox.faults([{"method": "POST", "path": "/usage$", "drop": drop, "times": 2}])
    events = [event("m-1"), event("m-2", minutes=1)]
    event_sender(1).send(events)
    assert [one.fate for one in events] == ["sent", "sent"]
    assert arrived(sandbox) == ["m-1", "m-2"]
    assert {row[0] for row in events_of(state).values()} == {"sent"}


def test_a_key_that_is_refused_in_between_leaves_the_rest_intended(
    event_sender: MakeEventSender, sandbox: Sandbox, state: State
) -> None:
    sandbox.faults([{"method": "POST", "where": {"messageId": "m-2"}, "status": 401}])
    with pytest.raises(KeyRefused):
        event_sender(1).send([event("m-1"), event("m-2", minutes=1), event("m-3", minutes=2)])
    assert [row[0] for row in events_of(state).values()].count("intended") == 2
    assert sandbox.requests()["writes"] == 2


def test_what_a_killed_run_sent_is_found_by_the_next_and_only_the_rest_is_sent(
    event_sender: MakeEventSender, sandbox: Sandbox, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying = event_sender(1)
    sandbox.faults([{"method": "POST", "where": {"messageId": "m-3"}, "status": 401}])
    with monkeypatch.context() as patch:
        patch.setattr(dying, "_settle", lambda _: None)
        with pytest.raises(KeyRefused):
            dying.send([event(f"m-{n}", minutes=n) for n in range(1, 5)])
    sandbox.clear_faults()
    assert {row[0] for row in events_of(state).values()} == {"intended"}

    rows = state.rows("open_events", page=10, after_user="", after_time="-infinity", after_id="")
    assert [row["id"] for row in rows] == ["m-1", "m-2", "m-3", "m-4"]
    found = [event(row["id"], minutes=number) for number, row in enumerate(rows, 1)]
    following = event_sender()
    missing = following.settle_unknown(found)
    assert [one.fate for one in found] == ["already sent", "already sent", None, None]
    assert [one.id for one in missing] == ["m-3", "m-4"]
    following.send(missing)
    assert arrived(sandbox) == ["m-1", "m-2", "m-3", "m-4"]
    assert {row[0] for row in events_of(state).values()} == {"sent"}


def test_what_is_unknown_is_looked_up_by_the_page(event_sender: MakeEventSender, sandbox: Sandbox) -> None:
    missing = event_sender().settle_unknown([event(f"m-{number}") for number in range(501)])
    assert len(missing) == 501
    assert sandbox.requests()["total"] == 2


def test_what_was_sent_is_never_intended_again(event_sender: MakeEventSender, sandbox: Sandbox, state: State) -> None:
    event_sender().send([event("m-1")])
    state.write_all(
        "intend_events",
        [{"id": "m-1", "name": "x", "user_id": "ann", "happened_at": NOON, "body": {}, "run": 2}],
    )
    assert events_of(state) == {"m-1": ("sent", None, False)}
