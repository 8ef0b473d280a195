"""`forget` says what it removed in counts, and can be asked again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smrt_startdeliver.state.database import State
from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("connected", "of_bob")


@pytest.fixture
def of_bob(state: State) -> None:
    record = {"key": "8", "match_field": "customfieldSmrtId", "match_value": "8", "run": 1}
    state.write_all("intend_records", [{"entity": entity, **record} for entity in ("user", "customer")])
    state.write("remember_last_visits", [{"user_id": "8", "time": "2026-03-01T00:00:00Z"}])


def test_it_says_what_was_removed_and_then_that_nothing_was_left(run: Run) -> None:
    assert run("forget", "8").stdout.splitlines() == [
        "Forgotten: nothing of theirs is sent any more.",
        "Removed from schema startdeliver_sync: 2 records, 1 last visits.",
    ]
    assert run("forget", "8").stdout.splitlines() == [
        "They were forgotten already.",
        "Schema startdeliver_sync held nothing of theirs.",
    ]


def test_as_json_it_is_counts(run: Run) -> None:
    assert json.loads(run("forget", "8", "--json").stdout) == {
        "anew": True,
        "rows": {
            "events": 0,
            "records": 2,
            "refusals": 0,
            "rejections": 0,
            "memberships": 0,
            "customers": 0,
            "last visits": 1,
        },
        "in_startdeliver": {},
    }


def test_a_mistake_in_the_configuration_is_one_line_and_nobody_is_forgotten_by_half(
    run: Run, environment: dict[str, str], state: State
) -> None:
    (Path(environment["SMRT_STARTDELIVER_CONFIG"]) / "settings.yaml").write_text("timezon: UTC\n")
    result = run("forget", "8")
    assert (result.returncode, result.stdout) == (1, "")
    assert "timezon" in result.stderr
    assert result.stderr.count("\n") == 1
    assert state.rows("forgotten") == []
