"""The staging folder, where a run's rows wait between its tasks."""

from __future__ import annotations

from uuid import uuid4

import pandas as pd

from smrt_startdeliver.check.finding import Findings, attempt
from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.staging import STAGING_VARIABLE, Staging, staging_root

_PROBE = pd.DataFrame({"user_id": pd.Series(["nobody"], dtype="str")})


def check_staging() -> Findings[None]:
    """Whether rows can be written there, read and removed."""
    yield from attempt("staging", _write_and_remove, lambda where: f"{where} can be written to")


def _write_and_remove() -> str:
    try:
        where = str(staging_root())
        staging = Staging(f"check-{uuid4().hex}", 1)
        try:
            staging.writer("probe").write(_PROBE)
            rows = staging.rows("probe")
        finally:
            staging.remove()
    except Exception as error:  # a folder, a bucket: each store has errors of its own
        raise ConfigurationError(
            f"nothing can be staged ({type(error).__name__}: {error}): set {STAGING_VARIABLE} to a folder "
            "(file:///...) or bucket that may be written to, the same on all workers"
        ) from None
    if rows != len(_PROBE):
        raise ConfigurationError(f"what is staged in {where} cannot be read again: see {STAGING_VARIABLE}")
    return where
