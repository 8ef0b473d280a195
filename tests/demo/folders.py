from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """A temporary folder outside pytest's own, which pytest locks for other users whenever a session begins."""
    with tempfile.TemporaryDirectory(prefix="smrt-postgres-") as folder:
        yield Path(folder)
