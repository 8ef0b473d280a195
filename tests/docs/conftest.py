"""The documentation's examples need what the command line's tests have: a warehouse, a sandbox, a configuration."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import ask, business, pipeline, sandbox, shop
from tests.docs.shell import Asked, asked_by
from tests.end_to_end.pipeline import Pipeline

__all__ = ["ask", "business", "pipeline", "sandbox", "shop"]

Do = Callable[..., Asked]


@pytest.fixture
def do(pipeline: Pipeline, tmp_path: Path) -> Do:
    """Does a block of shell, with what is there in place of the placeholders of the documents."""
    folder = tmp_path / "shell"
    folder.mkdir()
    (folder / "mapping.yaml").write_text((pipeline.config / "mapping.yaml").read_text())
    placeholders = {
        "HOST:5432/DATABASE?sslmode=require": pipeline.uri.rpartition("@")[2],
        "https://app.startdeliver.com/api/v1/": pipeline.sandbox.url,
        "API KEY": pipeline.sandbox.key,
        "KEY ...": "pickup_missed-4",
        "KEY": "pickup_missed-4",
        "CUSTOMER": "8",
    }

    def do(text: str, **variables: str) -> Asked:
        for placeholder, value in placeholders.items():
            text = text.replace(placeholder, value)
        return asked_by(text, folder, variables)

    return do
