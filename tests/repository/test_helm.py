"""deploy/helm/values.yaml: what it names is what the image, the DAG and Airflow know, and no secret is in it."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import yaml

from tests.repository import ROOT

VALUES = yaml.safe_load((ROOT / "deploy/helm/values.yaml").read_text())
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())


def test_it_is_the_image_of_this_version_and_its_airflow():
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version is not None
    assert VALUES["defaultAirflowTag"] == version[1]
    assert f"apache/airflow:slim-{VALUES['airflowVersion']}-" in (ROOT / "Dockerfile").read_text()


def test_all_pods_stage_on_the_volume_that_they_share():
    (staging,) = [one["value"] for one in VALUES["env"] if one["name"] == "SMRT_STARTDELIVER_STAGING"]
    mounted = {one["mountPath"]: one["name"] for one in VALUES["volumeMounts"]}
    volumes = {one["name"] for one in VALUES["volumes"]}
    assert mounted[staging.removeprefix("file://")] in volumes
    assert staging == COMPOSE["services"]["worker"]["environment"]["SMRT_STARTDELIVER_STAGING"]


def test_the_variables_are_those_of_the_compose_file_and_the_connections_come_from_a_secret():
    worker = COMPOSE["services"]["worker"]["environment"]
    assert {one["name"] for one in VALUES["env"]} == {name for name in worker if name.startswith("SMRT_")}
    assert {one["envName"] for one in VALUES["secret"]} == {name for name in worker if name.startswith("AIRFLOW_CONN_")}


def test_the_options_are_airflows_and_say_what_the_compose_file_says():
    package = Path(importlib.util.find_spec("airflow").origin).parent
    sections = yaml.safe_load((package / "config_templates/config.yml").read_text())
    worker = COMPOSE["services"]["worker"]["environment"]
    for section, options in VALUES["config"].items():
        for option, value in options.items():
            if section != "celery":  # that section is its provider's
                assert option in sections[section]["options"]
            assert str(value).lower() == worker[f"AIRFLOW__{section}__{option}".upper()].lower()
    assert VALUES["executor"] == worker["AIRFLOW__CORE__EXECUTOR"]
