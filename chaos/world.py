"""What is struck, and what is left in peace: PostgreSQL with the warehouse, two stand-ins, two memories."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import psutil
import psycopg

from chaos.configuration import FILES, MAPPING, SETTINGS
from chaos.shop import open_shop
from demo.airflow_home import Airflow
from demo.home import Home
from demo.postgres import start
from demo.set_up import running_server
from sandbox.testing import Sandbox, running_sandbox
from smrt_startdeliver.engage.declared import with_declared
from smrt_startdeliver.engage.files import load_declared
from smrt_startdeliver.mapping.document import parse_mapping, required_fields
from smrt_startdeliver.settings_file import load_settings

OPENING = datetime(2026, 3, 2, tzinfo=UTC)
"""The end of the first run: no run looks at the real clock."""
_WAREHOUSE = "warehouse"
_USUAL_SECONDS = """
    select stage, avg(value)::float from measures where name = 'seconds' group by stage
"""


@dataclass(frozen=True)
class Side:
    """A pipeline with a memory (a schema of this name) and a stand-in of its own.

    `variables` are the environment of its runs.
    """

    memory: str
    sandbox: Sandbox
    variables: dict[str, str]


@dataclass
class World:
    """All that there is. `struck` is the pipeline that is struck, `reference` the one that is not."""

    home: Home
    airflow: Airflow
    warehouse: str
    struck: Side
    reference: Side

    def kill_postgres(self) -> None:
        """SIGKILL, to the server and all its processes at once, as when the power fails."""
        pid = int((self.home.postgres / "data" / "postmaster.pid").read_text().splitlines()[0])
        postmaster = psutil.Process(pid)
        for process in [postmaster, *postmaster.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)

    def start_postgres(self) -> None:
        """Start it again; it recovers what was committed.

        As it is set (see `demo.postgres`), not the last moments of sessions that do not ask for `synchronous_commit`.
        """
        start(self.home.postgres)

    def usual_seconds(self) -> dict[str, float]:
        """How long each stage takes where nothing is struck; the reference has run by then."""
        with psycopg.connect(self.warehouse, options=f"-c search_path={self.reference.memory}") as connection:
            return dict(connection.execute(_USUAL_SECONDS).fetchall())


@contextmanager
def running_world(home: Home, seed: int, *, with_airflow: bool) -> Iterator[World]:
    """A world in an emptied home, for the length of a block; without Airflow, `airflow` must not be used."""
    home.clear()
    airflow = Airflow(home, f"sqlite:///{home.airflow}/airflow.db")
    with ExitStack() as stack:
        server = stack.enter_context(running_server(home))
        warehouse = server.create_database(_WAREHOUSE)
        if with_airflow:  # meanwhile, as it takes long
            migration = stack.enter_context(airflow.running("db", "migrate", log="airflow-database"))
        open_shop(warehouse, seed, OPENING)
        struck, reference = (stack.enter_context(_side(home, warehouse, name)) for name in ("struck", "reference"))
        if with_airflow:
            airflow.finish(migration, "airflow-database")
        yield World(home, airflow, warehouse, struck, reference)


@contextmanager
def _side(home: Home, warehouse: str, memory: str) -> Iterator[Side]:
    config = home.folder / f"config-{memory}"
    config.mkdir()
    for name, text in {**FILES, "settings.yaml": SETTINGS.format(memory=memory)}.items():
        (config / name).write_text(text)
    document = parse_mapping(MAPPING, "mapping.yaml")
    fields = required_fields(with_declared(document, load_declared(config, document, load_settings(config))))
    with running_sandbox(home.folder / f"{memory}.sqlite", fields=fields) as sandbox:
        connection = {"conn_type": "startdeliver", "host": sandbox.url, "password": sandbox.key}
        variables = {
            "SMRT_STARTDELIVER_CONFIG": str(config),
            "SMRT_STARTDELIVER_STAGING": f"file://{home.staging}",
            "AIRFLOW_CONN_SMRT_WAREHOUSE": warehouse,
            "AIRFLOW_CONN_STARTDELIVER": json.dumps(connection),
        }
        yield Side(memory, sandbox, variables)
