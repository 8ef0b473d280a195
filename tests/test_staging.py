"""Where a run's rows wait between its tasks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from smrt_startdeliver import staging as staging_module
from smrt_startdeliver.staging import STAGING_VARIABLE, Staging, bucket_of

ROWS = pa.table(
    {
        "user_id": pa.array(["ann", None, "bob", "ann"]),
        "text": pa.array(["", None, "ü", "x"]),
        "whole": pa.array([2**53 + 1, None, -1, 0], pa.int64()),
        "flag": pa.array([True, None, False, True]),
        "time": pa.array([dt.datetime(9999, 12, 30, tzinfo=dt.UTC), None, None, None], pa.timestamp("us", tz="UTC")),
        "day": pa.array([dt.date(1, 1, 2), None, None, None]),
        "nothing": pa.array([None] * 4, pa.string()),
    }
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(STAGING_VARIABLE, f"file://{tmp_path}/staging")
    return tmp_path / "staging"


def everything(staging: Staging, dataset: str) -> pd.DataFrame:
    found = [staging.read(dataset, bucket) for bucket in range(staging.buckets)]
    return pd.concat([rows for rows in found if rows is not None], ignore_index=True)


def test_every_type_comes_back_as_the_rules_read_it(folder: Path) -> None:
    staging = Staging("1", 1)
    staging.writer("users").write(ROWS)
    found = staging.read("users", 0)
    assert found is not None
    assert {name: str(dtype) for name, dtype in found.dtypes.items()} == {
        "user_id": "str",
        "text": "str",
        "whole": "Int64",
        "flag": "boolean",
        "time": "datetime64[us, UTC]",
        "day": "date32[day][pyarrow]",
        "nothing": "str",
    }
    assert found.astype(object).where(found.notna(), None).to_dict("list") == ROWS.to_pydict()


def test_a_frame_is_staged_as_a_table_is(folder: Path) -> None:
    staging = Staging("1", 1)
    staging.writer("tables").write(ROWS)
    tables = staging.read("tables", 0)
    assert tables is not None
    staging.writer("frames").write(tables)
    pd.testing.assert_frame_equal(staging.read("frames", 0), tables)


@pytest.mark.parametrize("buckets", [1, 2, 7])
def test_no_row_is_lost_and_all_of_a_customers_are_in_one_bucket(folder: Path, buckets: int) -> None:
    staging = Staging("1", buckets)
    users = staging.writer("users")
    events = staging.writer("events/order_created")
    names = [f"customer {number}" for number in range(50)]
    for start in range(0, 50, 20):
        users.write(pa.table({"user_id": names[start : start + 20]}))
    events.write(pd.DataFrame({"key": names * 2, "n": range(100)}), by="key")
    assert sorted(everything(staging, "users")["user_id"]) == sorted(names)
    assert sorted(everything(staging, "events/order_created")["n"]) == list(range(100))
    filled = 0
    for bucket in range(buckets):
        mine, theirs = staging.read("users", bucket), staging.read("events/order_created", bucket)
        assert mine is not None
        assert theirs is not None
        assert set(mine["user_id"]) == set(theirs["key"])
        filled += len(mine) > 0
    assert filled == buckets


def test_a_customers_bucket_is_the_same_in_every_process() -> None:
    assert list(bucket_of(pd.Series(["ann", "bob", None, "", "ü"], dtype="str"), 1000)) == [
        114,
        730,
        774,
        774,
        227,
    ]


def test_rows_are_read_in_the_order_in_which_they_were_written_many_chunks_at_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging_module, "CHUNK_ROWS", 10)
    staging = Staging("1", 1)
    writer = staging.writer("users")
    for part in range(12):
        writer.write(pa.table({"user_id": ["ann"] * 2, "n": [part * 2, part * 2 + 1]}))
    assert [list(chunk["n"]) for chunk in staging.chunks("users", 0)] == [
        list(range(10)),
        list(range(10, 20)),
        list(range(20, 24)),
    ]
    found = staging.read("users", 0)
    assert found is not None
    assert list(found["n"]) == list(range(24))


def test_chunks_of_other_types_are_not_put_together(folder: Path) -> None:
    staging = Staging("1", 1)
    writer = staging.writer("users")
    frames = [pd.DataFrame({"user_id": ["ann"], "n": pd.Series([1], dtype=dtype)}) for dtype in ("str", "int64")]
    for frame in frames:
        writer.write(frame)
    assert [chunk["n"].dtype.name for chunk in staging.chunks("users", 0)] == ["str", "Int64"]


def test_what_was_never_written_is_not_known(folder: Path) -> None:
    staging = Staging("1", 2)
    staging.writer("users").write(pa.table({"user_id": pa.array([], pa.string())}))
    assert staging.read("users", 0) is None
    assert staging.read("nothing", 1) is None


def test_a_task_that_is_tried_again_replaces_what_its_first_try_wrote(folder: Path) -> None:
    staging = Staging("1", 1)
    for names in (["ann", "bob"], ["cyd"]):
        writer = staging.writer("users")
        for name in names:
            writer.write(pa.table({"user_id": [name]}))
    assert list(everything(staging, "users")["user_id"]) == ["cyd"]


def test_runs_do_not_see_each_other_and_removing_one_leaves_the_other(folder: Path) -> None:
    first, second = Staging("1", 1), Staging("2", 1)
    for staging, name in ((first, "ann"), (second, "bob")):
        staging.writer("users").write(pa.table({"user_id": [name]}))
    first.remove()
    assert first.read("users", 0) is None
    assert list(everything(second, "users")["user_id"]) == ["bob"]
    second.remove()
    second.remove()
    assert list(folder.rglob("*.parquet")) == []
