"""`preview audience` and `preview trait`: from the warehouse alone, and nothing is left behind."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from smrt_startdeliver.paths import CONFIG
from smrt_startdeliver.plan.fingerprints import field_fingerprint
from smrt_startdeliver.state.database import State
from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("connected")

TRAITS = """
traits:
  - {name: Orders, kind: event_counter, event: Order Created, field: customfieldOrders}
  - {name: Favourite agent, kind: most_frequent, event: Order Created, property: agent}
"""
AUDIENCES = """
audiences:
  - {name: Regulars, field: customfieldRegular, all: [{trait: orders, op: greater_or_equal, value: 2}]}
  - {name: Nobody, all: [{audience: Regulars}], none: [{audience: Regulars}]}
"""


@pytest.fixture(autouse=True)
def declared(tmp_path: Path, environment: dict[str, str]) -> None:
    environment["AIRFLOW_VAR_STARTDELIVER_MAPPING"] = (CONFIG / "mapping.yaml").read_text()
    (tmp_path / "traits.yaml").write_text(TRAITS)
    (tmp_path / "audiences.yaml").write_text(AUDIENCES)


@pytest.fixture(autouse=True)
def orders(database: str) -> None:
    """Three customers with a row and one without: of a, b, c and d 3, 2, 0 and 1 orders."""
    with psycopg.connect(database) as connection:
        connection.execute("create schema smrt")
        connection.execute("create table smrt.users (id text, received_at timestamptz)")
        connection.execute(
            "create table smrt.order_created "
            "(id text, user_id text, timestamp timestamptz, received_at timestamptz, agent text)"
        )
        connection.execute("insert into smrt.users select id, now() from unnest(array['a', 'b', 'c']) as id")
        connection.execute(
            "insert into smrt.order_created select place::text, user_id, now() - interval '1 day', now(), 'Store 1' "
            "from unnest(array['a', 'a', 'a', 'b', 'b', 'd']) with ordinality as orders (user_id, place)"
        )


def synced(state: State, database: str) -> None:
    """An earlier run had b and c among the regulars, and counted 3 orders of a and 5 of b."""
    declaration = {"key": "regulars", "name": "Regulars", "field": None, "rule": "", "run": 1}
    state.write("declare", [declaration])
    members = [{"user_id": user, "audience": "regulars", "member": True, "change": 1, "run": 1} for user in "bc"]
    state.write("change_membership", members)
    with psycopg.connect(database) as connection:
        for place, (user, count) in enumerate((("a", "3"), ("b", "5"))):
            fields = json.dumps({"customfieldOrders": field_fingerprint(count)})
            connection.execute(
                "insert into startdeliver_sync.records "
                "(entity, key, startdeliver_id, match_field, match_value, fields, run) "
                "values ('user', %s, %s, 'customfieldSmrtId', %s, %s, 1)",
                [user, place, user, fields],
            )


def test_an_audience_is_shown_with_its_members_and_who_enters_and_leaves(run: Run, state: State, database: str) -> None:
    synced(state, database)
    shown = run("preview", "audience", "Regulars")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.splitlines() == [
        "Regulars (regulars): 2 of 4 customers are in it",
        "Against the last sync, which had 2: 1 enter, 1 leave",
        "Written to: customfieldRegular",
        "Members: a, b",
        "Entering: a",
        "Leaving: c",
    ]


def test_a_trait_is_shown_with_its_values_and_how_many_would_be_sent(run: Run, state: State, database: str) -> None:
    synced(state, database)
    result = run("preview", "trait", "orders", "--json")
    assert result.returncode == 0, result.stderr
    shown = json.loads(result.stdout)
    assert shown == {
        "name": "Orders",
        "key": "orders",
        "customers": 4,
        "with_value": 3,
        "differences": {"customfieldOrders": {"new": 1, "changed": 1, "cleared": 0}},
        "values": {"1": 1, "2": 1, "3": 1},
        "sample": [["a", "3"], ["b", "2"], ["d", "1"]],
    }


def test_what_is_written_nowhere_says_so_and_the_sample_is_as_long_as_asked(run: Run) -> None:
    trait = run("preview", "trait", "Favourite agent", "--sample", "1").stdout.splitlines()
    assert trait[0] == "Favourite agent (favourite_agent): 2 of 4 customers have a value"
    assert trait[1].startswith("Written to: nowhere: name a `field`, or map traits.favourite_agent")
    assert trait[2:] == ["       2 times Store 1", "Sample: a Store 1"]
    audience = json.loads(run("preview", "audience", "Regulars", "--sample", "1", "--json").stdout)
    assert audience["members"] == ["a"]
    assert audience["change"] == {"before": 0, "now": 2, "entered": 2, "left": 0}
    assert json.loads(run("preview", "audience", "Nobody", "--json").stdout)["change"]["now"] == 0


def test_an_unknown_name_is_one_line_with_the_nearest(run: Run) -> None:
    failed = run("preview", "audience", "Regular")
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert len(failed.stderr.strip().splitlines()) == 1
    assert "there is no audience 'Regular'" in failed.stderr
    assert "did you mean 'Regulars'?" in failed.stderr


def test_nothing_is_left_behind_in_the_memory_or_the_staging_folder(run: Run, state: State, tmp_path: Path) -> None:
    staging = tmp_path / "staging"
    staging.mkdir()
    result = run("preview", "audience", "Regulars", SMRT_STARTDELIVER_STAGING=f"file://{staging}")
    assert result.returncode == 0
    assert not any(path.is_file() for path in staging.rglob("*"))
    assert not state.rows("declarations")
    assert not state.rows("memberships", user_ids=list("abcd"), audiences=["regulars"])
