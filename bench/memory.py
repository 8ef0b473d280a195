"""How much memory this process had at most."""

from __future__ import annotations

import re
from pathlib import Path


def peak_mib() -> float:
    """The largest resident set so far, in MiB; that of the program that started it does not count (Linux)."""
    found = re.search(r"^VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
