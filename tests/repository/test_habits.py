"""Habits: one version, the same checks everywhere, and nothing in a file that is somebody's machine's."""

from __future__ import annotations

import re
import subprocess
import tomllib

import yaml

import smrt_startdeliver
from tests.repository import ROOT

# A letter in brackets keeps a pattern from finding itself.
REGISTRIES = re.compile(r"py[p]i\.|py[t]honhosted|np[m]js\.|inde[x]-url|find[-]links")
SOMEBODYS_PATHS = re.compile(r"(?<![\w.})-])/(?:[r]oot|[w]ork|[h]ome/\w+|[U]sers/\w+)(?![\w-])")


def committed() -> list[str]:
    """The files that are, or would be, under version control."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.splitlines() if (ROOT / name).is_file()]


def found(pattern: re.Pattern[str]) -> list[str]:
    """`file: match` of every place where a file matches."""
    texts = ((name, (ROOT / name).read_text(encoding="utf-8", errors="ignore")) for name in committed())
    return [f"{name}: {match[0]}" for name, text in texts for match in pattern.finditer(text)]


def test_no_file_says_where_packages_come_from():
    assert found(REGISTRIES) == []


def test_no_file_holds_a_path_of_somebodys_machine():
    assert found(SOMEBODYS_PATHS) == []


def test_secrets_and_what_is_made_locally_stay_out_of_version_control():
    assert [name for name in committed() if re.search(r"(^|/)(\.env|\.venv|__pycache__|.*\.egg-info)(/|$)", name)] == []


def test_there_is_one_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    changelog = re.search(r"^## \[(\d+\.\d+\.\d+)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    images = re.findall(r"image:.* smrt-startdeliver(?:-demo)?:(\S+)", (ROOT / "docker-compose.yaml").read_text())
    assert {project["version"], smrt_startdeliver.__version__, changelog[1], *images} == {project["version"]}


def test_the_license_is_the_one_that_the_project_names():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    words = (ROOT / "LICENSE").read_text().split()
    assert project["license"] == "Apache-2.0"
    assert words[:4] == ["Apache", "License", "Version", "2.0,"]
    assert len(words) == 1581


def test_hooks_run_the_tools_that_are_installed():
    hooks = [
        hook
        for repo in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
        for hook in repo["hooks"]
    ]
    assert [hook["id"] for hook in hooks] == ["ruff-check", "ruff-format", "mypy", "bandit"]
    assert all(hook["entry"].startswith(".venv/bin/") and hook["language"] == "system" for hook in hooks)


def test_everybody_runs_the_same_checks():
    targets = dict(re.findall(r"^([a-z]+):.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE))
    script = (ROOT / ".ci/run").read_text()
    assert [target for target in ("lint", "audit", "test") if f"make --silent {target}" not in script] == []
    (hook,) = (line for line in (ROOT / ".pre-commit-config.yaml").read_text().splitlines() if "/bandit " in line)
    assert hook.partition("/bandit ")[2] in targets["lint"]


def test_the_workflow_runs_what_everybody_runs():
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yaml").read_text())
    steps = workflow["jobs"]["ci"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == [".ci/run"]
    assert all(re.search(r"@[0-9a-f]{40}$", step["uses"]) for step in steps if "uses" in step)
    assert (ROOT / ".ci/run").stat().st_mode & 0o111
