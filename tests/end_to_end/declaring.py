"""What tests of computed traits and audiences share: a shop whose customers have a store, and what came of them."""

from __future__ import annotations

from typing import Any

from tests.end_to_end.pipeline import Pipeline

MAPPING = """
startdeliverMatchingField: {field: customfieldSmrtId, type: text}
externalMatchingField: {field: userId}
userMapping:
  - {field: name, externalField: traits.name, type: text}
"""
"""Users alone: what is written are users, and nothing of them changes but what is computed."""

STORE_1 = """
audiences:
  - name: Store 1
    field: customfieldStore1
    all: [{trait: agent, op: equals, value: Store 1}]
"""
"""An audience that customers enter and leave as their trait `agent` changes."""


def people(pipeline: Pipeline, count: int, *, agent: str | None = None, first: int = 0) -> None:
    """So many customers of a store, by their numbers."""
    pipeline.execute("alter table smrt.users add if not exists agent text")
    store = f"'{agent}'" if agent else "null"
    pipeline.execute(
        "insert into smrt.users (id, received_at, name, agent) "
        f"select n, '2026-03-01', 'Ann', {store} from generate_series({first}, {first + count - 1}) n"
    )


def move(pipeline: Pipeline, agent: str | None, *, first: int = 0, last: int | None = None) -> None:
    """Customers go to another store, or to none."""
    store = f"'{agent}'" if agent else "null"
    last = first if last is None else last
    pipeline.execute(f"update smrt.users set agent = {store} where id::int between {first} and {last}")


def values(pipeline: Pipeline, alias: str) -> dict[str, Any]:
    """What Startdeliver holds in a field, of those users who have it."""
    return {user: fields[alias] for user, fields in pipeline.users().items() if alias in fields}


def members(pipeline: Pipeline, audience: str) -> dict[str, tuple[bool, int]]:
    """Who is or was in an audience, as remembered: whether they are, and the number of their last change."""
    rows = pipeline.state(f"select user_id, member, change from memberships where audience = '{audience}'")
    return {row["user_id"]: (row["member"], row["change"]) for row in rows}


def measures(pipeline: Pipeline, audience: str) -> dict[str, int]:
    """What the last run measured of an audience."""
    name = f"audience {audience} "
    rows = pipeline.state("select name, value from measures where run = (select max(run) from runs)")
    return {row["name"].removeprefix(name): int(row["value"]) for row in rows if row["name"].startswith(name)}


def writes(pipeline: Pipeline) -> int:
    """How often Startdeliver was written to since this was last asked."""
    count = int(pipeline.sandbox.requests()["writes"])
    pipeline.sandbox.reset_requests()
    return count
