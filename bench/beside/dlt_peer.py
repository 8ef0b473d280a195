"""`dlt`: a pipeline whose destination is a function, as it does reverse ETL."""

from __future__ import annotations

from tempfile import mkdtemp
from typing import Any

import dlt
import requests
from asked import ASKED, answer, bodies, rows

_count = 0


@dlt.destination(batch_size=1 if "bodies" in ASKED else 1000, name="sink")
def sink(items: Any, table: Any) -> None:  # noqa: ARG001
    """Take them; send each where that is asked for."""
    global _count  # noqa: PLW0603
    if "bodies" in ASKED:
        _session.post(ASKED["url"], json=items[0] if isinstance(items, list) else items, timeout=30).raise_for_status()
        _count += 1
    else:
        _count += len(items)


_session = requests.Session()


def _go() -> int:
    pipeline = dlt.pipeline("bench", destination=sink, pipelines_dir=mkdtemp())
    if "bodies" in ASKED:
        resources = [dlt.resource(bodies(), name="bodies")]
    else:
        resources = [dlt.resource(rows(table), name=table) for table in ASKED["tables"]]
    pipeline.run(resources)
    return _count


answer(_go)
