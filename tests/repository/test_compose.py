"""docker-compose.yaml: valid, non-root, watched, and without a secret in it."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from demo.custom_fields import custom_fields
from sandbox.fields import read_declaration
from tests.repository import ROOT

TEXT = (ROOT / "docker-compose.yaml").read_text()
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
AIRFLOW = {"init", "api-server", "scheduler", "dag-processor", "triggerer", "worker"}
ONE_SHOT = {"init", "demo-generator"}
DEMO = {"demo-warehouse", "demo-generator", "sandbox"}

REFERENCE = re.compile(r"\$\{(\w+)(:\?[^}]+)?\}")
SECRET_NAME = re.compile(r"PASSWORD|SECRET|_KEY$|^AIRFLOW_CONN_|_AUTH$")

parametrized = pytest.mark.parametrize("name", SERVICES)


def holders(variable: str) -> set[str]:
    """The services that are given an environment variable."""
    return {name for name, service in SERVICES.items() if variable in service.get("environment", {})}


@pytest.mark.parametrize(
    ("schema", "file"),
    [("compose-spec", "docker-compose.yaml"), ("github-workflows", ".github/workflows/ci.yaml")],
)
def test_the_file_follows_its_published_schema(schema, file):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", ROOT / file]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_all_parts_of_a_deployment_are_there():
    assert set(SERVICES) == AIRFLOW | {"postgres", "redis"} | DEMO


@parametrized
def test_a_service_runs_as_an_ordinary_user_without_capabilities(name):
    service = SERVICES[name]
    assert str(service.get("user", "root")).partition(":")[0] not in ("root", "0")
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@parametrized
def test_a_service_that_stays_up_is_watched_and_restarted(name):
    service = SERVICES[name]
    if name in ONE_SHOT:
        assert service["restart"] == "no"
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


@parametrized
def test_an_image_is_pinned(name):
    assert re.search(r":\d+\.\d+(\.\d+)?(-\w+)?$", SERVICES[name]["image"])


@parametrized
def test_only_this_machine_reaches_a_published_port(name):
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


@parametrized
def test_what_a_service_waits_for_is_there(name):
    assert set(SERVICES[name].get("depends_on", {})) <= set(SERVICES)


@parametrized
def test_a_secret_comes_from_the_environment(name):
    for variable, value in SERVICES[name].get("environment", {}).items():
        if SECRET_NAME.search(variable):
            assert REFERENCE.fullmatch(value), variable


def test_no_url_holds_a_password():
    assert re.findall(r"://[^/@\s]*:[^/@\s]+@", REFERENCE.sub("", TEXT)) == []


def test_a_variable_that_is_missing_stops_with_a_word_about_it():
    assert [name for name, message in REFERENCE.findall(TEXT) if not message] == []


def test_the_example_environment_names_every_variable():
    example = (ROOT / ".env.example").read_text()
    asked_for = {name for name, _ in REFERENCE.findall(TEXT)}
    assert set(re.findall(r"^(\w+)=$", example, re.MULTILINE)) == asked_for


def test_all_of_airflow_shares_its_keys():
    for key in ("CORE__FERNET_KEY", "API__SECRET_KEY", "API_AUTH__JWT_SECRET", "DATABASE__SQL_ALCHEMY_CONN"):
        assert holders(f"AIRFLOW__{key}") == AIRFLOW


@pytest.mark.parametrize("variable", ["SMRT_STARTDELIVER_SCHEDULE", "SMRT_STARTDELIVER_POOL"])
def test_all_of_airflow_reads_the_same_dag(variable):
    assert holders(variable) == AIRFLOW


def test_the_options_are_airflows():
    package = Path(importlib.util.find_spec("airflow").origin).parent
    sections = yaml.safe_load((package / "config_templates/config.yml").read_text())
    for variable in SERVICES["worker"]["environment"]:
        _, section, option = [*variable.lower().split("__"), "", ""][:3]
        if variable.startswith("AIRFLOW__") and section != "celery":  # that section is its provider's
            assert option in sections[section]["options"], variable


def test_only_who_needs_a_connection_holds_it():
    # A page asks Startdeliver, too, what it has of a customer.
    assert holders("AIRFLOW_CONN_STARTDELIVER") == {"worker", "api-server"}
    # The pages read the memory; and so does who tells where no worker can.
    assert holders("AIRFLOW_CONN_SMRT_WAREHOUSE") == {"worker", "triggerer", "api-server"}


def test_workers_stage_on_a_volume_that_they_share():
    folder = SERVICES["worker"]["environment"]["SMRT_STARTDELIVER_STAGING"].removeprefix("file://")
    assert f"staging:{folder}" in SERVICES["worker"]["volumes"]
    assert "staging" in COMPOSE["volumes"]


def test_the_configuration_can_be_edited_and_not_by_a_task():
    for name in AIRFLOW:
        assert "./config:/opt/airflow/config:ro" in SERVICES[name]["volumes"]


def test_the_demos_programs_are_there_and_fit_together():
    assert importlib.util.find_spec("demo.warehouse.__main__")
    assert read_declaration(custom_fields())["user"]


def test_the_demo_starts_on_request_only():
    assert {name for name, service in SERVICES.items() if service.get("profiles") == ["demo"]} == DEMO
