"""The lists of packages: pinned, complete, alike, and silent about where packages come from."""

from __future__ import annotations

import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.repository import ROOT

LISTS = ["requirements", "requirements-dev", "requirements-image"]


def direct(name: str) -> dict[str, Requirement]:
    """The requirements of an .in file, those that it includes among them."""
    found = {}
    for line in (ROOT / f"{name}.in").read_text().splitlines():
        text = line.partition("#")[0].strip()
        if text.startswith("-r "):
            found |= direct(text.removeprefix("-r ").removesuffix(".in"))
        elif text:
            requirement = Requirement(text)
            found[canonicalize_name(requirement.name)] = requirement
    return found


def pins(name: str) -> dict[str, str]:
    """Package -> version of a compiled list."""
    lines = (ROOT / f"{name}.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines)


@pytest.mark.parametrize("name", LISTS)
def test_a_compiled_list_holds_pins_and_nothing_else(name):
    lines = (ROOT / f"{name}.txt").read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[\w.]+", line)] == []


@pytest.mark.parametrize("name", LISTS)
def test_every_direct_requirement_is_pinned_within_its_bounds(name):
    pinned = pins(name)
    unmet = [str(wanted) for package, wanted in direct(name).items() if pinned.get(package, "") not in wanted.specifier]
    assert unmet == []


@pytest.mark.parametrize("name", LISTS)
def test_every_direct_requirement_says_why_it_is_there(name):
    lines = [
        line for line in (ROOT / f"{name}.in").read_text().splitlines() if line and not line.startswith(("#", "-r"))
    ]
    assert [line for line in lines if not re.search(r"\s# \S", line)] == []


@pytest.mark.parametrize("name", LISTS[1:])
def test_what_is_tested_and_what_is_deployed_are_the_same_versions(name):
    larger = pins(name)
    assert {package: larger.get(package) for package in pins("requirements")} == pins("requirements")
