"""One demo at a time in a folder."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from demo.home import REPOSITORY, DemoError, Home

HOLDER = """
import sys, time
from pathlib import Path
from demo.home import Home
with Home(Path(sys.argv[1])).held():
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "demo")


def start_holder(home: Home) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home.folder)], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    )
    with holder.stdout as output:
        assert output.readline() == "held\n"
    return holder


def test_a_folder_that_is_held_is_refused_to_others(home: Home) -> None:
    holder = start_holder(home)
    with pytest.raises(DemoError, match="in use: stop that with `make down`"), home.held():
        pass
    holder.kill()
    holder.wait()
    with home.held():  # whoever held it is gone, however that ended
        pass


def test_the_holder_is_asked_to_stop_and_waited_for(home: Home) -> None:
    holder = start_holder(home)
    assert home.stop_holder()
    assert holder.wait() == -signal.SIGTERM


def test_nobody_is_asked_to_stop_where_nobody_holds(home: Home) -> None:
    assert not home.stop_holder()
    with home.held():
        pass
    assert not home.stop_holder()


def test_clearing_removes_all_but_the_lock_that_is_held(home: Home) -> None:
    with home.held():
        home.config.mkdir()
        (home.config / "settings.yaml").write_text("timezone: UTC")
        home.sandbox_data.write_text("")
        home.clear()
        assert [path.name for path in home.folder.iterdir()] == ["lock"]
        with pytest.raises(DemoError), home.held():
            pass
