"""Known vulnerabilities of the pinned packages: `python .ci/audit.py requirements.txt ...`.

Fails on any that is known. The service that knows them is not reached from everywhere: then it says how many packages
could not be audited, and does not fail.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

PIP_AUDIT = ["-m", "pip_audit", "--disable-pip", "--no-deps", "--progress-spinner=off", "--format=json"]
_OF_THE_NETWORK = ("requests.exceptions.", "Could not connect")


def audited(lists: list[str]) -> list[dict[str, Any]]:
    """What pip-audit says of each package of the lists; nothing where it does not reach its service."""
    command = [sys.executable, *PIP_AUDIT, *(f"--requirement={name}" for name in lists)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 # nosec B603 # no shell
    if done.stdout:
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
        return packages
    if any(sign in done.stderr for sign in _OF_THE_NETWORK):
        return []
    raise SystemExit(done.stderr)


def report(packages: list[dict[str, Any]]) -> tuple[list[str], int]:
    """The lines that say it, and how many vulnerabilities are known."""
    known = [(package, one) for package in packages for one in package.get("vulns", ())]
    lines = [
        f"{package['name']} {package['version']}: {one['id']}, mended in {', '.join(one['fix_versions']) or 'none yet'}"
        for package, one in known
    ]
    looked_up = sum("vulns" in package for package in packages)
    missed = f"{len(packages) - looked_up} could not be audited" if packages else "none could be audited"
    return [*lines, f"{looked_up} packages audited, {len(known)} vulnerabilities known; {missed}"], len(known)


if __name__ == "__main__":
    said, vulnerabilities = report(audited(sys.argv[1:]))
    print("\n".join(said))
    sys.exit(vulnerabilities > 0)
