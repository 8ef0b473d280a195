"""What the parts of a run share."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from smrt_startdeliver.settings import Settings
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.state.runs import Run


@pytest.mark.parametrize(
    ("partitions", "part", "share"), [(1, 0, 8), (2, 0, 4), (2, 1, 4), (3, 2, 2), (16, 0, 1), (4, None, 8)]
)
def test_the_parts_together_have_no_more_requests_under_way_than_the_run_may(
    partitions: int, part: int | None, share: int
) -> None:
    run = cast("Run", SimpleNamespace(settings=Settings(max_in_flight=8, partitions=partitions)))
    job = Job("load_users", run, warehouse=None, state=None, staging=None, part=part)  # type: ignore[arg-type]
    assert job.max_in_flight == share
