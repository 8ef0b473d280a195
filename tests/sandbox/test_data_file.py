"""The data outlives the process; mistakes in starting are told in one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.testing import running_sandbox

from .conftest import FIELDS, Client

REPOSITORY = Path(__file__).parents[2]


def test_whatever_was_answered_is_still_there_after_a_crash(tmp_path):
    with running_sandbox(tmp_path / "data.sqlite", fields=FIELDS) as sandbox:
        client = Client(sandbox)
        made = [client.create("user", customfieldExternalId=str(number)) for number in range(20)]
        made[0] = client("PATCH", f"user/{made[0]['id']}", {"name": "Ann"}).json()
        event = {"userId": "5", "usageType": "Order Created", "timestamp": 1_738_310_400_000}
        usage = client.create("usage", **event, startdeliverUserFieldToMatchOn="customfieldExternalId")
        address = sandbox.url
        sandbox.kill()
        sandbox.restart()
        assert sandbox.url == address
        assert sandbox.objects("user") == made
        assert sandbox.objects("usage") == [usage]
        later = client.create("user", customfieldExternalId="later")
        assert later["id"] > made[-1]["id"]
        client.session.close()


def test_an_id_is_never_given_twice(tmp_path):
    with running_sandbox(tmp_path / "data.sqlite") as sandbox:
        client = Client(sandbox)
        gone = client.create("customer", name="Acme")["id"]
        client("DELETE", f"customer/{gone}")
        sandbox.restart()
        assert client.create("customer", name="Bolt")["id"] > gone
        client.session.close()


def start(*arguments):
    command = [sys.executable, "-m", "sandbox", "--port", "0", *map(str, arguments)]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("user: {customfieldA: string}", "customfieldA: the type must be one of"),
        ("user: [", "neither YAML nor JSON"),
        (None, "No such file"),
    ],
)
def test_a_file_of_fields_that_cannot_be_read_stops_the_start(tmp_path, content, says):
    path = tmp_path / "fields.yaml"
    if content is not None:
        path.write_text(content)
    ended = start("--data", tmp_path / "data.sqlite", "--fields", path)
    assert ended.returncode == 1
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_data_file_that_is_something_else_stops_the_start_and_stays_as_it_is(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 100)
    ended = start("--data", path)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert path.read_text() == "not a database " * 100


def test_a_port_that_is_taken_stops_the_start(tmp_path):
    with running_sandbox(tmp_path / "data.sqlite") as sandbox:
        ended = start("--data", tmp_path / "other.sqlite", "--port", sandbox.root.rpartition(":")[2])
    assert ended.returncode == 1
    assert "--port" in ended.stderr


@pytest.mark.parametrize("name", ["fields.yaml", "fields.json"])
def test_fields_come_from_a_file_of_yaml_or_json(tmp_path, name):
    path = tmp_path / name
    path.write_text(
        '{"user": {"customfieldA": "number"}}' if name.endswith("json") else "user:\n  customfieldA: number\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", "0", "--data", tmp_path / "data.sqlite", "--fields", path],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert "/api/v1/" in process.stdout.readline()
        process.terminate()
    with running_sandbox(tmp_path / "data.sqlite") as sandbox:
        client = Client(sandbox)
        assert client.create("user", customfieldA=1)["customfieldA"] == 1
        client.session.close()


def test_the_export_keeps_line_separators_inside_of_texts(client, unique):
    name = f"{unique} \u2028 \n \u0085"
    client.create("customer", name=name)
    assert client.sandbox.objects("customer")[-1]["name"] == name
