"""docs/operations.md, Backup and restore: the memory comes back as it was, and the run after that writes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.conftest import Ask
from tests.docs.conftest import Do
from tests.docs.reading import blocks_run_by
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import Shop
from tests.repository.grants import granted_login


def test_what_was_backed_up_is_restored_by_the_pipelines_own_login(
    shop: Shop, ask: Ask, do: Do, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    shop.customer("7", name="Ann")
    shop.event("Order Created", "7", now - timedelta(hours=3), value=20)
    ((backup,), (restore,)) = blocks_run_by("backup"), blocks_run_by("restore")
    with granted_login(pipeline.uri) as login:
        monkeypatch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", login)
        pipeline.run_as("scheduled", now)
        do(backup.text, WAREHOUSE=login)
        pipeline.execute("truncate startdeliver_sync.events")
        pipeline.execute("drop table startdeliver_sync.records")
        for words in do(restore.text, WAREHOUSE=login).of("python", "-m", "smrt_startdeliver"):
            result = ask(*words)
            assert result.exit_code == 0, result.output
        pipeline.sandbox.reset_requests()
        pipeline.run_as("scheduled", now + timedelta(hours=2))
        assert pipeline.sandbox.requests()["writes"] == 0
        assert pipeline.fates("users") == {"extracted": 1, "unchanged": 1}
    assert len(pipeline.timeline("7")) == 2  # the order, and the visit that it is
