from __future__ import annotations

import os
import pwd
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from demo.postgres import Postgres, PostgresError, running_postgres, start
from tests.demo.folders import reachable_folder

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder with a server that each test may stop, kill and start; it holds a table `kept` with one row."""
    with reachable_folder() as folder:
        server = start(folder, throwaway=True)
        with psycopg.connect(server.uri) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        yield folder
        start(folder, throwaway=True).stop()


@pytest.fixture
def empty_folder() -> Iterator[Path]:
    with reachable_folder() as folder:
        yield folder


def kept_rows(server: Postgres) -> list[tuple[int]]:
    with psycopg.connect(server.uri) as connection:
        return connection.execute("SELECT * FROM kept").fetchall()


def pid_of(folder: Path) -> int:
    return int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])


def test_uri_names_host_and_port(postgres: Postgres) -> None:
    with psycopg.connect(postgres.uri) as connection:
        assert (connection.info.host, connection.info.port) == ("127.0.0.1", postgres.port)


def test_a_wrong_password_is_refused(postgres: Postgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(postgres.uri, password="wrong")


def test_the_password_is_for_the_owner_alone_and_differs_by_folder(postgres: Postgres, folder: Path) -> None:
    files = [postgres.folder / "password", folder / "password"]
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600, 0o600]
    assert files[0].read_text() != files[1].read_text()


def test_a_created_database_is_empty_even_where_one_of_that_name_was(postgres: Postgres) -> None:
    with psycopg.connect(postgres.create_database("again")) as connection:
        connection.execute("CREATE TABLE old ()")
    with psycopg.connect(postgres.create_database("again")) as connection:
        assert connection.execute("SELECT current_database(), to_regclass('old')").fetchone() == ("again", None)


def test_a_running_server_is_found_and_left_running(folder: Path) -> None:
    first = start(folder, throwaway=True)
    with running_postgres(folder, throwaway=True) as second:
        assert (second.uri, second.started_here) == (first.uri, False)
    assert kept_rows(first) == [(1,)]


def test_a_restart_keeps_the_data_and_the_address(folder: Path) -> None:
    first = start(folder, throwaway=True)
    first.stop()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(first.uri)
    second = start(folder, throwaway=True)
    assert (second.uri, kept_rows(second)) == (first.uri, [(1,)])


def test_it_outlives_the_process_that_started_it(folder: Path) -> None:
    start(folder, throwaway=True).stop()
    subprocess.run(
        [sys.executable, "-c", f"from demo.postgres import start; start({str(folder)!r})"], cwd=ROOT, check=True
    )
    server = start(folder)
    assert (server.started_here, kept_rows(server)) == (False, [(1,)])


def test_stopping_what_does_not_run_is_no_error(folder: Path) -> None:
    server = start(folder, throwaway=True)
    server.stop()
    server.stop()


def test_a_killed_server_starts_again_with_its_data(folder: Path) -> None:
    start(folder, throwaway=True)
    process = psutil.Process(pid_of(folder))
    process.kill()
    with suppress(psutil.NoSuchProcess):
        while process.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
    assert kept_rows(start(folder, throwaway=True)) == [(1,)]


def test_another_process_with_the_number_of_a_dead_server_is_not_taken_for_it(folder: Path) -> None:
    server = start(folder, throwaway=True)
    note = (folder / "data" / "postmaster.pid").read_text().splitlines()
    server.stop()
    (folder / "data" / "postmaster.pid").write_text("\n".join([str(os.getpid()), *note[1:]]))
    again = start(folder, throwaway=True)
    assert again.started_here
    assert pid_of(folder) != os.getpid()


def test_a_server_that_cannot_start_says_what_its_log_says(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.postgres.START_TRIES", 1)
    with running_postgres(empty_folder, throwaway=True):
        pass
    (empty_folder / "data" / "postgresql.conf").write_text("no_such_setting = 1")
    with pytest.raises(PostgresError, match="no_such_setting"):
        start(empty_folder)


def test_an_interrupted_initdb_is_begun_anew(empty_folder: Path) -> None:
    (empty_folder / "data.unfinished").mkdir()
    (empty_folder / "data.unfinished" / "PG_VERSION").write_text("18")
    with running_postgres(empty_folder, throwaway=True) as server:
        psycopg.connect(server.uri).close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_can_run_one(empty_folder: Path, postgres: Postgres) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(empty_folder, nobody.pw_uid, nobody.pw_gid)

    def run_one() -> None:
        with running_postgres(empty_folder, throwaway=True) as own, psycopg.connect(own.uri) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)

    assert exit_status_as(nobody, run_one) == 0
    assert not (empty_folder / "data" / "postmaster.pid").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_folder_of_another_user_is_refused(empty_folder: Path) -> None:
    empty_folder.chmod(0o755)

    def refused() -> None:
        with pytest.raises(PostgresError, match="belongs to another user"):
            start(empty_folder)

    assert exit_status_as(pwd.getpwnam("nobody"), refused) == 0


def exit_status_as(user: pwd.struct_passwd, action: Callable[[], None]) -> int:
    """Do it in a child process that has become that user."""
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
            action()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
