"""What tests of page Record share: whom it is about, and how it is looked at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import requests
from fastapi.testclient import TestClient

from sandbox.testing import Sandbox
from tests.ui.conftest import HOME
from tests.ui.reading import table_of, text_of

PAGE = f"{HOME}record"
NOW = datetime.now(UTC)
DAY = timedelta(days=1)
ADA = {"name": "Ada Lovelace", "email": "Ada@Example.com", "phone": "+15550100123"}
HIDDEN = "••••••"
AUDIENCES = """
audiences:
  - {name: Regulars, field: customfieldRegular, all: [{event: Order Created, at_least: 1}]}
  - {name: Best, field: customfieldBest, all: [{trait: demographic, op: equals, value: 1}]}
"""
TRAITS = """
traits:
  - {name: Orders, kind: event_counter, event: Order Created, field: customfieldOrders, policy: fill_empty}
"""


def search(client: TestClient, asked: str) -> str:
    """Where a search leads to: a path, or the text of the page that it stays at."""
    answer = client.post(PAGE, data={"asked": asked})
    return answer.headers["location"] if answer.status_code == 303 else text_of(answer.text)


def look(client: TestClient, user_id: str = "8", **asked: str) -> str:
    answer = client.get(PAGE, params={"id": user_id, **asked})
    assert answer.status_code == 200, answer.text
    return answer.text


def field(html: str, alias: str, entity: str = "user") -> dict[str, str]:
    (row,) = (row for row in table_of(html, f"Fields of the {entity}") if row["Field"] == alias)
    return row


def edit(sandbox: Sandbox, entity: str, key: str, **fields: object) -> None:
    """What a person does in Startdeliver."""
    (one,) = (one for one in sandbox.objects(entity) if one["customfieldSmrtId"] == key)
    url = f"{sandbox.url}{entity}/{one['id']}"
    requests.patch(url, json=fields, headers={"Authorization": sandbox.key}, timeout=10).raise_for_status()
