"""What Airflow's triggerer calls when a run of DAG `smrt_to_startdeliver_watch` is late: then no worker took its task.

The DAG's file imports it, so nothing heavy may be imported before it is called.
"""

from __future__ import annotations

import asyncio
from typing import Any


async def watch(context: dict[str, Any]) -> None:
    """Tell what the late task would have told, in a thread: the triggerer has others to wait for."""
    await asyncio.to_thread(_tell, context)


def _tell(context: dict[str, Any]) -> None:
    from smrt_startdeliver.stages.tell import tell  # noqa: PLC0415

    tell(context)
