"""`status` tells how the pipeline fares, to a person and to whatever looks after it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from smrt_startdeliver.state.database import State
from tests.cli.conftest import Ask, Run
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import Shop

DAY = timedelta(days=1)
NOW = datetime.now(UTC)
AUDIENCES = """
audiences:
  - {name: Missed, field: customfieldMissed, all: [{event: Pickup Missed, at_least: 1}]}
  - {name: Ordered, field: customfieldOrdered, all: [{event: Order Created, at_least: 1}]}
"""


def told(ask: Ask, *options: str, healthy: bool = True) -> dict[str, Any]:
    result = ask("status", "--json", *options)
    assert result.exit_code == int(not healthy), result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    assert (answer["healthy"], answer["why"] is None) == (healthy, healthy)
    return answer


@pytest.fixture
def synced(shop: Shop, pipeline: Pipeline) -> Pipeline:
    """Two customers, an event each, and one that Startdeliver refuses and of which a value is left out, after a run."""
    pipeline.configure(audiences=AUDIENCES)
    for user in ("7", "8"):
        shop.customer(user, name=f"Ann {user}")
        shop.event("Pickup Missed", user, NOW - DAY)
    shop.event("Order Ready", "7", NOW - DAY, value="NaN")
    shop.customer(None)
    pipeline.sandbox.faults(
        [{"method": "POST", "path": "/usage$", "where": {"usageType": "Order Ready"}, "status": 400}]
    )
    pipeline.run_as("scheduled", NOW)
    return pipeline


def test_before_the_first_run_it_is_unhealthy_and_says_why(ask: Ask, shop: Shop) -> None:
    answer = told(ask, healthy=False)
    assert answer["why"] == "no regular run has ended yet"
    assert (answer["runs"], answer["running"], answer["audiences"], answer["last_regular"]) == ([], [], [], None)
    assert [row["tied"] for row in answer["records"]] == [0, 0]
    assert answer["pace"] == {"a_second": None, "requests_today": 0, "daily_quota": None}
    assert "✗ no regular run has ended yet\n" in ask("status").stdout


def test_after_a_run_it_tells_what_became_of_it_and_what_is_open(ask: Ask, synced: Pipeline) -> None:
    answer = told(ask)
    (run,) = answer["runs"]
    became = {name: run[name] for name in ("run", "kind", "state", "created", "updated", "sent", "rejected")}
    assert became == {
        "run": 1,
        "kind": "scheduled",
        "state": "success",
        "created": 4,
        "updated": 0,
        "sent": 2,
        "rejected": 2,
    }
    assert datetime.fromisoformat(run["window_end"]) == NOW
    assert run["seconds"] > 0
    assert answer["last_regular"]["run"] == 1
    assert answer["open_events"] == {"intended": 0, "rejected": 1, "parked": 0}
    assert answer["records"] == [
        {"entity": "customer", "tied": 2, "vanished": 0, "unknown": 0, "refused": 0, "parked": 0},
        {"entity": "user", "tied": 2, "vanished": 0, "unknown": 0, "refused": 0, "parked": 0},
    ]
    assert [(one["key"], one["members"]) for one in answer["audiences"]] == [("missed", 2), ("ordered", 0)]
    assert answer["pace"]["a_second"] > 0
    assert answer["lock"] == {"held": False, "waiting": 0}


def test_the_pace_is_the_one_last_found_and_the_requests_are_those_of_today(ask: Ask, synced: Pipeline) -> None:
    synced.configure(settings="timezone: UTC\ndaily_quota: 1000\n")
    for day, requests in (("0", 70), ("1", 0)):
        synced.execute(
            f"update startdeliver_sync.pace set peak = 5, requests = 70, day = (now() at time zone 'utc')::date - {day}"
        )
        assert told(ask)["pace"] == {"a_second": 5, "requests_today": requests, "daily_quota": 1000}
    synced.configure(settings="timezone: UTC\nrequests_per_second: 2.5\n")
    assert told(ask)["pace"]["a_second"] == 2.5


def test_in_a_pipe_it_is_plain_lines(ask: Ask, synced: Pipeline) -> None:
    synced.configure(settings="timezone: UTC\ndaily_quota: 1000\n")
    lines = ask("status").stdout.splitlines()
    assert lines[0].startswith("✓ the last success of a regular run was ")
    head, run = (line.split("\t") for line in lines[1:3])
    assert dict(zip(head, run, strict=True))["created"] == "4"
    assert "Open events: intended 0, rejected 1, parked 0" in lines
    assert "Users: tied 2, vanished 0, unknown 0, refused 0, parked 0" in lines
    assert "Audience Missed: 2 members" in lines
    assert any(line.startswith("Pace: ") and line.endswith(" of the 1,000 of daily_quota") for line in lines)
    assert "Right to write: free" in lines
    assert not any("\x1b" in line for line in lines)


def test_a_run_that_failed_makes_it_unhealthy_and_the_next_one_that_succeeds_heals_it(
    ask: Ask, synced: Pipeline
) -> None:
    synced.execute("update smrt.users set name = 'Anna ' || id")
    with pytest.raises(ZeroDivisionError):
        synced.run_as("scheduled", NOW + timedelta(seconds=1), before={"load_users": lambda: 1 / 0})
    synced.execute("update startdeliver_sync.runs set state = 'failed', message = 'plan: no luck' where run = 2")
    answer = told(ask, healthy=False)
    assert answer["why"] == "the last regular run, 2, failed: plan: no luck"
    assert "\nRun 2: plan: no luck\n" in ask("status").stdout
    assert answer["last_regular"]["age_seconds"] > 0
    synced.run_as("scheduled", NOW + timedelta(seconds=2))
    assert told(ask)["last_regular"]["run"] == 3


@pytest.mark.parametrize("params", [{"dry_run": True}, {"entities": ["users"]}, {"until": "2026-01-01T00:00:00"}])
def test_a_run_that_is_no_regular_one_says_nothing_of_its_health(
    params: dict[str, Any], ask: Ask, synced: Pipeline
) -> None:
    synced.run_as("manual", NOW, **params)
    synced.execute("update startdeliver_sync.runs set state = 'failed' where run = 2")
    assert [row["run"] for row in told(ask)["runs"]] == [2, 1]
    assert ("\nRun 2: dry\n" in ask("status").stdout) == ("dry_run" in params)


def test_a_success_that_is_older_than_asked_for_is_unhealthy(ask: Ask, synced: Pipeline) -> None:
    synced.execute("update startdeliver_sync.runs set finished_at = now() - interval '3 hours'")
    told(ask)
    told(ask, "--max-age", "3.5")
    assert told(ask, "--max-age", "2.5", healthy=False)["why"] == "the last success is older than 2.5 hours"


def test_as_many_runs_are_shown_as_asked_for_the_newest_first(ask: Ask, synced: Pipeline) -> None:
    for second in (1, 2):
        synced.run_as("scheduled", NOW + timedelta(seconds=second))
    assert [row["run"] for row in told(ask, "--runs", "2")["runs"]] == [3, 2]
    assert told(ask, "--runs", "0")["runs"] == []


def test_a_run_under_way_is_told_with_its_stage_its_progress_and_the_lock(
    ask: Ask, shop: Shop, pipeline: Pipeline, state: State
) -> None:
    for user in range(4):
        shop.customer(str(user), name=f"Ann {user}")
        shop.event("Pickup Missed", str(user), NOW - DAY)
    seen: dict[str, dict[str, Any]] = {}

    def look(stage: str) -> None:
        with state.lock():
            seen[stage] = told(ask, healthy=False)
            seen["said"] = {"text": ask("status").stdout}

    pipeline.run_as(
        "scheduled",
        NOW,
        before={stage: lambda stage=stage: look(stage) for stage in ("derive", "load_users", "load_events")},
    )
    (running,) = seen["derive"]["running"]
    assert (running["done"], running["progress"]) == (["extract", "open_run"], [])
    (running,) = seen["load_users"]["running"]
    assert [tuple(one.values()) for one in running["progress"]] == [
        ("customers", 4, 4),
        ("users", 0, 4),
        ("events", 0, 4),
    ]
    assert seen["load_users"]["lock"] == {"held": True, "waiting": 0}
    said = seen["said"]["text"]
    assert "Running: run 1 (scheduled) since " in said
    assert ", in load_events\n" in said
    assert "\nusers: 4 of 4 (100 %)\nevents: 0 of 4 (0 %)\n" in said
    assert "Right to write: held by a task\n" in said
    assert told(ask)["running"] == []


def test_progress_counts_what_is_acknowledged_and_refused_so_far(ask: Ask, shop: Shop, pipeline: Pipeline) -> None:
    for user in range(4):
        shop.customer(str(user), name=f"Ann {user}")
    pipeline.sandbox.faults(
        [
            {"method": "POST", "path": "/user$", "where": {"name": "Ann 1"}, "status": 400},
            {"method": "POST", "path": "/user$", "where": {"name": "Ann 2"}, "status": 401},
        ]
    )
    pipeline.configure(settings="timezone: UTC\nmax_in_flight: 1\n")
    looked = []

    def look() -> None:
        looked.append(told(ask, healthy=False)["running"][0]["progress"])
        pipeline.sandbox.clear_faults()

    pipeline.run_as("scheduled", NOW, mend=look)
    ((customers, users),) = looked
    assert customers == {"what": "customers", "done": 4, "to_send": 4}
    assert users["to_send"] == 4
    in_startdeliver = 1 + sum(user["name"] in ("Ann 0", "Ann 3") for user in pipeline.sandbox.objects("user"))
    assert 0 < users["done"] <= in_startdeliver


def test_as_a_process_it_is_a_table_in_a_terminal_and_without_colours_where_those_are_not_wanted(
    run: Run, connected: None, state: State
) -> None:
    coloured = run("status", FORCE_COLOR="1")
    plain = run("status", FORCE_COLOR="1", NO_COLOR="1")
    assert (coloured.returncode, plain.returncode) == (1, 1)
    assert "\x1b[31m✗ no regular run has ended yet" in coloured.stdout
    assert "✗ no regular run has ended yet\n" in plain.stdout
    assert "\x1b[3" not in plain.stdout
