"""The staged rows of a bucket: each column of each table is read once, whatever asks for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from smrt_startdeliver.settings import Settings
from smrt_startdeliver.stages.history import History
from smrt_startdeliver.staging import STAGING_VARIABLE, Staging

END = datetime(2024, 3, 5, tzinfo=UTC)
KINDS = {"order_id": "text", "value": "number"}


class Counting(Staging):
    """Staging that counts how often each column of a dataset was read."""

    read_columns: Counter[tuple[str, str]]

    def chunks(self, dataset: str, bucket: int, columns: Iterable[str] | None = None) -> Iterator[pd.DataFrame]:
        assert columns is not None
        self.read_columns.update((dataset, column) for column in columns)
        return super().chunks(dataset, bucket, columns)


@pytest.fixture
def staging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counting:
    monkeypatch.setenv(STAGING_VARIABLE, f"file://{tmp_path}/staging")
    staging = Counting("1", 1)
    staging.read_columns = Counter()
    return staging


@pytest.fixture
def history(staging: Counting) -> History:
    tables = {"order_created": KINDS, "pickup_completed": {}, "order_returned": {}}
    catalog = SimpleNamespace(tables=tables, columns=lambda table: tables.get(table, {}))
    settings = Settings()
    run = SimpleNamespace(interval=SimpleNamespace(end=END), epochs=[SimpleNamespace(settings=settings)])
    job: Any = SimpleNamespace(staging=staging, catalog=catalog, run=run)
    return History(job, 0)


def stage(staging: Staging, table: str, *events: tuple[str, str, float, str | None]) -> None:
    """Events as (id, user id, days before the end, reason of a rejection)."""
    times = pd.Series([END - timedelta(days=days) for _, _, days, _ in events]).astype("datetime64[us, UTC]")
    rows = pd.DataFrame(
        {
            "id": [identity for identity, *_ in events],
            "user_id": [user for _, user, *_ in events],
            "name": pd.Series([None] * len(events), dtype="str"),
            "time": times,
            "loaded_at": times,
            "reason": pd.Series([reason for *_, reason in events], dtype="str"),
            "value_order_id": [identity for identity, *_ in events],
            "value_value": "12.5",
        }
    )
    staging.writer(f"events/{table}").write(rows)


def test_each_column_is_read_once(history: History, staging: Counting) -> None:
    stage(staging, "order_created", ("1", "ann", 2, None), ("2", "bob", 1, "future"), ("3", "cem", -1, None))
    stage(staging, "pickup_completed", ("4", "dan", 3, None))
    asked = [history.evidence, history.orders, history.customers_of_events, history.events_ahead]
    asked += [history.accepted("order_created", ["id", "value_value"]), history.evidence]
    assert all(one is not None for one in asked)
    assert set(staging.read_columns.values()) == {1}
    assert ("events/order_created", "value_value") in staging.read_columns


def test_what_was_rejected_is_left_out_and_what_lies_ahead_is_apart(history: History, staging: Counting) -> None:
    stage(staging, "order_created", ("1", "ann", 2, None), ("2", "bob", 1, "future"), ("3", "cem", -1, None))
    assert list(history.evidence["id"]) == ["1"]
    assert list(history.evidence["name"]) == ["Order Created"]
    assert history.orders is not None
    assert history.orders.to_dict("list")["order_id"] == ["1"]
    assert list(history.customers_of_events) == ["ann"]
    assert list(history.events_ahead["user_id"]) == ["cem"]


def test_a_bucket_without_a_row_of_a_table_has_none_of_it(history: History) -> None:
    assert history.accepted("order_created", ["id"]) is None
    assert history.evidence.empty
    assert history.customers_of_events.empty
