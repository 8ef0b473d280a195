"""The Dockerfile: what it copies is there, passes .dockerignore, and is the version that the lists pin."""

from __future__ import annotations

import re

from tests.repository import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
SOURCES = [name.rstrip("/") for line in re.findall(r"^COPY \S+ (.+)$", DOCKERFILE, re.M) for name in line.split()[:-1]]
ALLOWED = [line.lstrip("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]


def test_everything_that_is_copied_exists():
    assert [name for name in SOURCES if not (ROOT / name).exists()] == []


def test_the_build_is_given_what_it_copies_and_nothing_else():
    assert sorted(ALLOWED) == sorted(SOURCES)
    assert "*" in (ROOT / ".dockerignore").read_text().splitlines()


def test_the_folders_beside_the_package_are_in_the_image():
    assert {"plugins", "dags", "sql", "config", "pyproject.toml"} <= set(SOURCES)
    assert "--editable ." in DOCKERFILE


def test_the_base_is_the_airflow_that_is_pinned():
    base = re.search(r"^FROM apache/airflow:slim-([\d.]+)-python3\.11 AS product$", DOCKERFILE, re.MULTILINE)
    assert f"apache-airflow=={base[1]}\n" in (ROOT / "requirements.txt").read_text()


def test_nothing_runs_as_root():
    assert "USER" not in DOCKERFILE
