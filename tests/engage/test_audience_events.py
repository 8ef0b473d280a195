"""Audience Entered and Audience Exited: one a change, with the same id whenever it is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

import pandas as pd

from smrt_startdeliver.engage.audience_events import audience_events
from smrt_startdeliver.engage.membership import no_changes
from tests.engage.frames import END

COLUMNS = {"id": "str", "user_id": "str", "name": "str", "time": "datetime64[us, UTC]", "properties": "str"}


def told(*rows: tuple[str, str, bool, int], end: datetime = END) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(no_changes())).astype(no_changes().dtypes)
    events = audience_events(frame, end)
    assert dict(events.dtypes.astype("str")) == COLUMNS
    return events


def test_who_entered_and_who_left_are_told_by_segments_names() -> None:
    events = told(("a", "at_risk", True, 1), ("b", "at_risk", False, 2), ("c", "lost", True, 3))
    assert list(events["name"]) == ["Audience Entered", "Audience Exited", "Audience Entered"]
    assert list(events["user_id"]) == ["a", "b", "c"]


def test_an_event_names_its_audience_and_says_under_its_key_whether_the_customer_is_in_it() -> None:
    events = told(("a", "at_risk", True, 1), ("b", "at_risk", False, 2))
    assert list(events["properties"]) == [
        '{"audience_key":"at_risk","at_risk":true}',
        '{"audience_key":"at_risk","at_risk":false}',
    ]
    assert json.loads(events["properties"][0]) == {"audience_key": "at_risk", "at_risk": True}


def test_an_id_is_made_of_name_user_audience_and_number_of_the_change() -> None:
    events = told(("a", "at_risk", True, 1), ("b c", "at_risk", False, 12))
    assert list(events["id"]) == [
        str(uuid5(NAMESPACE_URL, "urn:smrt-startdeliver:Audience Entered:a:at_risk:1")),
        str(uuid5(NAMESPACE_URL, "urn:smrt-startdeliver:Audience Exited:b c:at_risk:12")),
    ]


def test_the_same_change_has_the_same_id_at_any_time_and_among_any_others() -> None:
    early = told(("a", "at_risk", True, 3))
    late = told(("b", "at_risk", True, 3), ("a", "at_risk", True, 3), end=datetime(2027, 1, 1, tzinfo=UTC))
    assert early["id"][0] == late["id"][1]


def test_each_change_has_an_id_of_its_own() -> None:
    rows = [
        (user, audience, member, number)
        for user in ("a", "b")
        for audience in ("ours", "theirs")
        for member in (True, False)
        for number in (1, 2)
    ]
    assert told(*rows)["id"].nunique() == len(rows)


def test_the_time_is_the_end_of_the_run_that_first_saw_it() -> None:
    assert list(told(("a", "at_risk", True, 1), ("b", "lost", False, 1))["time"]) == [pd.Timestamp(END)] * 2


def test_without_changes_there_are_no_events() -> None:
    assert told().empty


def test_rows_that_were_picked_out_of_others_keep_their_places() -> None:
    frame = pd.DataFrame(
        [("a", "ours", True, 1), ("b", "ours", False, 2), ("c", "ours", True, 1)], columns=list(no_changes())
    ).astype(no_changes().dtypes)
    events = audience_events(frame[frame["member"]].set_axis([7, 4]), END)
    assert list(events.index) == [7, 4]
    assert list(events["user_id"]) == ["a", "c"]
    assert events["id"].notna().all()
