"""`drt-core`: its engine, with a source that reads as the other peers' do; a null destination, or its own for REST."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from asked import ASKED, answer, bodies, rows
from drt.config.models import SyncConfig
from drt.config.profiles import PostgresProfile
from drt.destinations.base import SyncResult
from drt.destinations.rest_api import RestApiDestination
from drt.engine.sync import run_sync

_PROFILE = PostgresProfile(type="postgres")


class _Source:
    def extract(self, query: str, config: Any, *, query_tags: Any = None) -> Any:  # noqa: ARG002
        return iter(bodies()) if "bodies" in ASKED else rows(query.rpartition(" ")[2])

    def test_connection(self, config: Any) -> bool:  # noqa: ARG002
        return True


class _Null:
    def load(self, records: list[Any], config: Any, sync_options: Any) -> SyncResult:  # noqa: ARG002
        return SyncResult(success=len(records))


def _sync(table: str) -> int:
    config = SyncConfig.model_validate(
        {
            "name": table,
            "model": f"select * from {table}",  # noqa: S608 - a name of ours  # nosec B608
            "destination": {"type": "rest_api", "url": ASKED.get("url", "http://nowhere.invalid"), "method": "POST"},
            "sync": {"mode": "full", "batch_size": 1000, "rate_limit": {"requests_per_second": 0}},
        }
    )
    destination = RestApiDestination() if "bodies" in ASKED else _Null()
    return run_sync(config, _Source(), destination, _PROFILE, Path(mkdtemp())).success


answer(lambda: sum(map(_sync, ASKED.get("tables", ["bodies"]))))
