"""The audit of the pinned packages: fails on what is known, and says what nobody could look up."""

from __future__ import annotations

import importlib.util
import subprocess
from types import SimpleNamespace

import pytest

from tests.repository import ROOT

_SPEC = importlib.util.spec_from_file_location("audit", ROOT / ".ci/audit.py")
audit = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(audit)

SOUND = {"name": "sound", "version": "1.0", "vulns": []}
WEAK = {"name": "weak", "version": "2.0", "vulns": [{"id": "CVE-1", "fix_versions": ["2.1"], "aliases": []}]}
UNMENDED = {"name": "worse", "version": "3.0", "vulns": [{"id": "CVE-2", "fix_versions": [], "aliases": []}]}
SKIPPED = {"name": "unknown", "skip_reason": "not found"}


def test_what_is_known_is_named_with_the_version_that_mends_it():
    assert audit.report([SOUND, WEAK, UNMENDED, SKIPPED]) == (
        [
            "weak 2.0: CVE-1, mended in 2.1",
            "worse 3.0: CVE-2, mended in none yet",
            "3 packages audited, 2 vulnerabilities known; 1 could not be audited",
        ],
        2,
    )


@pytest.mark.parametrize(("packages", "missed"), [([SKIPPED, SKIPPED], "2"), ([], "none")])
def test_what_could_not_be_looked_up_is_said_and_is_no_failure(packages, missed):
    (line,), known = audit.report(packages)
    assert line.startswith("0 packages audited, 0 vulnerabilities known; " + missed)
    assert known == 0


def test_a_service_that_is_not_reached_is_no_failure_but_a_list_that_cannot_be_read_is(monkeypatch):
    said = "requests.exceptions.ProxyError: no way out"
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(stdout="", stderr=said))
    assert audit.audited(["requirements.txt"]) == []
    said = "ERROR: invalid requirements input"
    with pytest.raises(SystemExit, match="invalid requirements"):
        audit.audited(["requirements.txt"])


def test_the_lists_that_are_audited_are_all_there_are():
    target = (ROOT / "Makefile").read_text().partition("\naudit:")[2].splitlines()[1]
    assert {word for word in target.split() if word.endswith(".txt")} == {
        file.name for file in ROOT.glob("requirements*.txt")
    }
