"""What Airflow makes of the plugin file, and what the file costs all of Airflow's other processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repository import ROOT

EXECUTED = """
import json, runpy, sys
import airflow.sdk.plugins_manager
before = set(sys.modules)
plugin = runpy.run_path(sys.argv[1])["SmrtStartdeliverPlugin"]
print(json.dumps([sorted(set(sys.modules) - before), [view["destination"] for view in plugin.external_views]]))
"""


def test_the_file_loads_nothing_until_the_api_server_asks_for_the_pages() -> None:
    file = ROOT / "plugins/smrt_startdeliver_plugin.py"
    command = [sys.executable, "-c", EXECUTED, str(file)]
    said = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, check=True).stdout
    loaded, destinations = json.loads(said.splitlines()[-1])
    assert [name for name in loaded if name.partition(".")[0] not in sys.stdlib_module_names] == []
    assert destinations == ["nav", "dag_run"]


@pytest.mark.usefixtures("api_server")
def test_airflow_executes_this_file_of_the_folder_and_no_other() -> None:
    from airflow import plugins_manager  # noqa: PLC0415 - once Airflow's home is set

    plugins, _ = plugins_manager._get_plugins()
    ours = [plugin for plugin in plugins if "PluginsDirectory" in type(plugin.source).__name__]
    assert [plugin.name for plugin in ours] == ["smrt_startdeliver"]
    assert plugins_manager.get_import_errors() == {}
    assert [app["url_prefix"] for app in plugins_manager.get_fastapi_plugins()[0]] == ["/startdeliver"]


def test_templates_and_static_files_are_packaged() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    kinds = {file.suffix for file in Path(ROOT / "plugins/smrt_startdeliver/ui/templates").iterdir()}
    assert kinds == {".html"}
    assert '"smrt_startdeliver.ui" = ["templates/*.html", "static/*"]' in project
