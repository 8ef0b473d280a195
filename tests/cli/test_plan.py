"""`plan` says what the next run does, and does nothing of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.state.pace import WarehousePace
from tests.cli.conftest import Ask
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

DAY = timedelta(days=1)
NOW = datetime.now(UTC)
FILLED = """
traits:
  - {name: Orders, kind: event_counter, event: Order Created, field: customfieldOrders, policy: fill_empty}
"""
AUDIENCE = """
audiences:
  - {name: Missed, field: customfieldMissed, all: [{event: Pickup Missed, at_least: 1}]}
"""


def planned(ask: Ask, *options: str) -> dict[str, Any]:
    result = ask("plan", "--json", *options)
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def fates(plan: dict[str, Any], entity: str) -> dict[str, int]:
    """What a plan says of an entity, in the words of a run's account."""
    names = {"new": "created", "changed": "updated", "already_sent": "already sent"}
    account = plan["records"].get(entity) or plan["events"][entity]
    said = {names.get(fate, fate): rows for fate, rows in account.items() if isinstance(rows, int) and rows}
    for fate in ("rejected", "skipped"):
        said |= {f"{fate}: {reason}": rows for reason, rows in account[fate].items()}
    return said


def counts(pipeline: Pipeline) -> dict[str, int]:
    """How many rows each table of the memory has, and how many files are staged."""
    tables = [row["relname"] for row in pipeline.state("select relname::text from pg_stat_user_tables order by 1")]
    ours = [name for name in tables if pipeline.state(f"select to_regclass('startdeliver_sync.{name}') as t")[0]["t"]]
    return {name: pipeline.state(f"select count(*) as n from {name}")[0]["n"] for name in ours}


def run(pipeline: Pipeline, **params: Any) -> dict[str, Any]:
    """Make the run; the requests that it took."""
    pipeline.sandbox.reset_requests()
    pipeline.run_as("scheduled", datetime.now(UTC), **params)
    return pipeline.sandbox.requests()


def see_that_the_run_does_as_planned(plan: dict[str, Any], pipeline: Pipeline) -> None:
    made = run(pipeline)
    for entity in {*plan["records"], *plan["events"]}:
        assert fates(plan, entity) == pipeline.fates(entity)
    accounted = pipeline.state(
        "select distinct entity from counts where run = (select max(run) from runs) "
        "and entity not like '% values' and entity not like 'vanished %'"
    )
    assert {row["entity"] for row in accounted} == {*plan["records"], *plan["events"]}
    cost = plan["cost"]
    assert cost["requests"] == cost["check"] + cost["lookup"] + cost["write"] == made["total"]
    assert cost["write"] == made["writes"]


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """A shop of three customers with events, and what is rejected of each sort."""
    for user, name in (("7", "Ann"), ("8", "Bob"), ("9", "Cid"), (None, "Dan")):
        shop.customer(user, name=name, email=f"{name}@example.com")
    for days in (40, 20, 2):
        shop.event("Order Created", "7", NOW - days * DAY, value=20)
    shop.event("Pickup Missed", "8", NOW - DAY)
    shop.event("Pickup Missed", "8", None, loaded=NOW - DAY)
    return shop


def test_the_first_run_does_what_was_planned_and_so_does_the_second_and_the_third(
    ask: Ask, busy: Shop, pipeline: Pipeline
) -> None:
    first = planned(ask)
    assert fates(first, "users") == {"extracted": 4, "created": 3, "rejected: no_id": 1}
    assert fates(first, "Pickup Missed") == {"extracted": 2, "sent": 1, "rejected: no_timestamp": 1}
    see_that_the_run_does_as_planned(first, pipeline)

    busy.customer("10", name="Eve")
    pipeline.execute("update smrt.users set name = 'Anna' where id = '7'")
    busy.event("Order Created", "8", NOW - DAY, loaded=datetime.now(UTC) - timedelta(seconds=1), value="5")
    second = planned(ask)
    users = second["records"]["users"]
    assert (users["new"], users["changed"], users["unchanged"]) == (1, 2, 1)
    see_that_the_run_does_as_planned(second, pipeline)

    third = planned(ask)
    assert third["cost"]["write"] == 0
    see_that_the_run_does_as_planned(third, pipeline)


@pytest.mark.parametrize("options", [[], ["--look-up"]])
def test_nothing_is_left_behind_and_startdeliver_is_asked_only_on_demand(
    options: list[str], ask: Ask, busy: Shop, pipeline: Pipeline, tmp_path: Path
) -> None:
    run(pipeline)
    pipeline.execute("update smrt.users set name = 'Anna'")
    busy.customer("10", name="Eve")
    before, users = counts(pipeline), pipeline.users()
    pipeline.sandbox.reset_requests()
    plan = planned(ask, *options)
    assert plan["looked_up"] == bool(options)
    made = pipeline.sandbox.requests()
    assert (made["writes"], made["total"]) == (0, plan["cost"]["lookup"] if options else 0)
    assert counts(pipeline) == before
    assert pipeline.users() == users
    assert not any(path.is_file() for path in (tmp_path / "staging").rglob("*"))


def test_with_a_look_up_those_that_startdeliver_has_already_are_not_new(
    ask: Ask, busy: Shop, pipeline: Pipeline
) -> None:
    run(pipeline)
    for table in ("records", "events"):
        pipeline.execute(f"delete from startdeliver_sync.{table}")  # the memory is lost, Startdeliver has them all
    pipeline.execute("update smrt.users set name = 'Anna' where id = '7'")
    assert planned(ask)["records"]["users"]["new"] == 3
    plan = planned(ask, "--look-up")
    users = plan["records"]["users"]
    assert (users["new"], users["changed"], users["unchanged"]) == (0, 1, 2)


def test_a_field_that_is_only_filled_counts_as_empty_until_startdeliver_is_asked(
    ask: Ask, busy: Shop, pipeline: Pipeline
) -> None:
    pipeline.configure(traits=FILLED)
    run(pipeline)
    startdeliver = f"{pipeline.sandbox.url}user/{pipeline.users()['8']['id']}"
    typed = {"customfieldOrders": 5}
    requests.patch(startdeliver, json=typed, headers={"Authorization": pipeline.sandbox.key}, timeout=30)
    busy.event("Order Created", "8", NOW - DAY, value=5)
    for options, is_sent in (([], True), (["--look-up"], False)):
        samples = planned(ask, "--samples", "9", *options)["samples"]
        (bob,) = (one for one in samples if (one["entity"], one["key"]) == ("user", "8"))
        assert ("customfieldOrders" in bob["fields"]) == is_sent
        assert "customfieldLastVisit" in bob["fields"]


def test_since_until_and_entities_are_those_of_the_dag(ask: Ask, shop: Shop, pipeline: Pipeline) -> None:
    shop.customer("7", name="Ann")
    for day in range(4):
        shop.event("Pickup Missed", "7", MONDAY + day * DAY)
    window = {"since": "2026-03-03T00:00:00", "until": "2026-03-05T02:00:00+02:00"}
    options = [f"--{name}={value}" for name, value in window.items()]
    plan = planned(ask, *options, "--entities", "events", "--entities", "users")
    assert (plan["window_start"], plan["window_end"]) == ("2026-03-03T00:00:00+00:00", "2026-03-05T00:00:00+00:00")
    assert plan["events"]["Pickup Missed"]["sent"] == 2
    assert "customers" not in plan["records"]
    run(pipeline, **window, entities=["events", "users"])
    assert fates(plan, "Pickup Missed") == pipeline.fates("Pickup Missed")


@pytest.mark.parametrize("wrong", [["--since", "yesterday"], ["--entities", "pages"], ["--samples", "-1"]])
def test_a_command_line_that_is_wrong_exits_with_2(wrong: list[str], ask: Ask) -> None:
    assert ask("plan", *wrong).exit_code == 2


def test_a_window_that_ends_before_it_starts_is_refused(ask: Ask, busy: Shop) -> None:
    with pytest.raises(ConfigurationError, match="would end before it starts"):
        ask("plan", "--since", "2026-03-03", "--until", "2026-03-02")


def test_guards_that_would_stop_it_are_said_with_what_they_found(ask: Ask, shop: Shop, pipeline: Pipeline) -> None:
    for user in range(24):
        shop.customer(str(user), name=f"Ann {user}")
        shop.event("Pickup Missed", str(user), NOW - DAY)
    run(pipeline)
    assert planned(ask)["guards"] == []
    pipeline.execute("update smrt.users set name = 'Customer ' || id; delete from smrt.pickup_missed")
    fewer, changed = planned(ask)["guards"]
    assert fewer.startswith("fewer_rows (rows pickup_missed 0, usually 24): ")
    assert changed.startswith("field_changes (")
    assert "users changed name 24, of 24" in changed
    assert "It would be stopped by fewer_rows (" in ask("plan").stdout
    assert "It would be stopped by field_changes (" in ask("plan").stdout
    assert pipeline.state("select count(*) as n from runs where guard is not null") == [{"n": 0}]


def test_audiences_are_said_with_who_enters_and_leaves_and_those_that_would_be_held(
    ask: Ask, shop: Shop, pipeline: Pipeline
) -> None:
    for user in range(24):
        shop.customer(str(user))
        shop.event("Pickup Missed", str(user), NOW - 5 * DAY)
    pipeline.configure(audiences=AUDIENCE)
    first = {"key": "missed", "name": "Missed", "members": 24, "entered": 24, "left": 0, "held": 0}
    assert planned(ask)["audiences"] == [first]
    run(pipeline)
    shop.customer("new")
    shop.event("Pickup Missed", "new", NOW - DAY)
    pipeline.execute("delete from smrt.pickup_missed where user_id in ('1', '2')")
    assert planned(ask)["audiences"] == [{**first, "members": 23, "entered": 1, "left": 2}]
    pipeline.execute("delete from smrt.pickup_missed where user_id::text < '2'")
    (held,) = planned(ask)["audiences"]
    assert (held["members"], held["entered"], held["left"]) == (24, 0, 0)
    assert held["held"] > 8
    said = f"Audience Missed: 24 members, held as it is: {held['held']} would change, beyond guard_max_change"
    assert said in ask("plan").stdout


def test_samples_are_ids_and_names_of_fields_and_never_values(ask: Ask, busy: Shop, pipeline: Pipeline) -> None:
    pipeline.configure(settings="timezone: UTC\nsegment_override_matching_field: properties.driver\n")
    busy.event("Pickup Missed", "8", NOW - DAY, driver="secret@example.com")
    run(pipeline)
    busy.customer("10", name="Eve Secret", email="eve.secret@example.com")
    pipeline.execute("update smrt.users set name = 'Anna Secret' where id in ('7', '8', '9')")
    busy.event("Pickup Missed", "8", NOW - DAY, loaded=datetime.now(UTC), driver="other.secret@example.com")
    samples = planned(ask, "--samples", "3")["samples"]
    of_users = [one for one in samples if one["entity"] == "user"]
    assert [(one["key"], one["new"]) for one in of_users] == [("10", True), ("7", False), ("8", False)]
    assert {"name", "email", "customfieldSmrtId"} <= set(of_users[0]["fields"])
    assert [one["fields"] for one in of_users[1:]] == [["name"], ["name"]]
    said = ask("plan", "--samples", "100")
    assert "user 7, changed: name\n" in said.stdout
    assert "ecret" not in said.output
    assert planned(ask)["samples"] == []


def test_what_earlier_runs_left_open_is_counted_with_what_it_costs(ask: Ask, busy: Shop, pipeline: Pipeline) -> None:
    refused = {"method": "POST", "path": "/usage$", "where": {"usageType": "Pickup Missed"}, "status": 400}
    pipeline.sandbox.faults([refused])
    run(pipeline)
    pipeline.sandbox.clear_faults()
    plan = planned(ask)
    assert plan["left_open"] == 1
    assert run(pipeline)["writes"] == plan["cost"]["write"] == 1
    assert planned(ask)["left_open"] == 0


def test_those_who_vanished_are_said_as_on_vanish_would_have_it(ask: Ask, busy: Shop, pipeline: Pipeline) -> None:
    run(pipeline)
    pipeline.execute("delete from smrt.users where id = '9'")
    noted = {"deactivated": 0, "deleted": 0, "noted": 1, "parked": 0}
    assert planned(ask)["vanished"] == {"customers": noted, "users": noted}
    pipeline.configure(settings="timezone: UTC\non_vanish: delete\n")
    plan = planned(ask)
    assert plan["vanished"] == {entity: {**noted, "noted": 0, "deleted": 1} for entity in ("customers", "users")}
    see_that_the_run_does_as_planned(plan, pipeline)


def test_a_renamed_declaration_is_refused_as_the_run_would(ask: Ask, busy: Shop, pipeline: Pipeline) -> None:
    pipeline.configure(audiences=AUDIENCE)
    run(pipeline)
    pipeline.configure(audiences=AUDIENCE.replace("Missed, field", "Missed twice, field"))
    with pytest.raises(ConfigurationError, match="gives the key missed_twice"):
        ask("plan")


def test_the_time_that_it_takes_is_told_at_the_pace_last_found(
    ask: Ask, busy: Shop, pipeline: Pipeline, state: Any
) -> None:
    assert planned(ask)["cost"]["seconds"] is None
    assert "How long that takes is not known" in ask("plan").stdout
    pipeline.execute(
        "update startdeliver_sync.pace set peak = 0.001, day = (now() at time zone 'utc')::date, requests = 7"
    )
    assert WarehousePace(state).known().limit.peak == 0.001
    pipeline.configure(settings="timezone: UTC\ndaily_quota: 9\n")
    cost = planned(ask)["cost"]
    assert (cost["a_second"], cost["seconds"], cost["quota_left"]) == (0.001, cost["requests"] * 1000, 2)
    said = ask("plan").stdout
    assert "A run may send for 110 s" not in said
    assert "A run may send for 1.8 h: what is left goes out in the next ones" in said
    assert "daily_quota leaves 2 for today" in said


def test_in_a_pipe_it_is_plain_text(ask: Ask, busy: Shop) -> None:
    lines = ask("plan").stdout.splitlines()
    assert "users: 3 new, 0 changed, 0 unchanged, 1 rejected (no_id 1)" in lines
    assert "Pickup Missed: 1 to send, 1 rejected (no_timestamp 1)" in lines
    assert "No guard would stop it" in lines
    assert not any("\x1b" in line or "\r" in line for line in lines)
