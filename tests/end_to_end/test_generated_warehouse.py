"""A realistic warehouse through three runs: first sync, nothing new, new activity."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from demo.warehouse.activity import add_activity
from demo.warehouse.creation import create
from tests.end_to_end.pipeline import Pipeline

NOW = datetime(2026, 11, 20, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def shop(pipeline: Pipeline) -> Pipeline:
    create(pipeline.uri, customers=120, months=8, now=NOW)
    return pipeline


def test_three_runs_send_everything_then_nothing_then_only_what_is_new(shop: Pipeline) -> None:
    assert shop.run(NOW) == "success"
    first = Counter(usage["messageId"] for usage in shop.sandbox.objects("usage"))
    assert len(first) > 200
    assert set(first.values()) == {1}

    shop.sandbox.reset_requests()
    assert shop.run(NOW) == "success"
    assert shop.sandbox.requests()["writes"] == 0
    assert shop.sandbox.requests()["total"] == 3  # whose key it is, and the fields of users and of customers

    add_activity(shop.uri, "smrt", 7, NOW, LATER)
    shop.sandbox.reset_requests()
    assert shop.run(LATER) == "success"
    measured = shop.state("""
        select fate, sum(rows)::int as rows from counts where run = (select max(run) from runs)
        and fate in ('created', 'updated', 'sent') and entity not like '% values' group by fate
    """)
    changed = sum(row["rows"] for row in measured)
    requests = shop.sandbox.requests()
    assert requests["writes"] == changed
    assert requests["total"] == changed + 3 + 2  # one lookup of the new customers, one of the new users
    everything = Counter(usage["messageId"] for usage in shop.sandbox.objects("usage"))
    assert set(everything.values()) == {1}
    assert first.keys() < everything.keys()
