"""A short campaign of kills and faults: what `make chaos` does a hundred times, but for Airflow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from chaos.campaign import Campaign
from chaos.errors import Broken
from chaos.strikes import Strike
from chaos.world import World, running_world
from demo.home import Home
from tests.demo.folders import reachable_folder

SEED = 7
STRIKES = [
    Strike("pipeline killed"),
    Strike("PostgreSQL killed"),
    Strike("pipeline killed", ("answers lost after the write",)),
    Strike("sandbox killed"),
    Strike(faults=("requests lost before it", "answers 500, 502, 503, 504")),
]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with reachable_folder() as folder:
        home = Home(folder / "chaos")
        with home.held(), running_world(home, SEED, with_airflow=False) as world:
            yield world


@pytest.fixture(scope="module")
def campaign(world: World) -> Campaign:
    campaign = Campaign(world, SEED, say=lambda line: None)
    campaign.go(STRIKES, is_over=lambda: False)
    return campaign


def test_after_kills_and_faults_each_record_and_event_is_there_once(campaign: Campaign):
    assert campaign.tally.kinds == {
        "pipeline killed": 2,
        "PostgreSQL killed": 1,
        "sandbox killed": 1,
        "answers lost after the write": 1,
        "requests lost before it": 1,
        "answers 500, 502, 503, 504": 1,
    }
    assert campaign.tally.runs_broken  # how many is a matter of the moment
    compared = campaign.peace.comparisons
    assert [one.findings() for one in compared.values()] == [[], [], []]
    assert all(one.found for one in compared.values())


def test_a_campaign_would_see_what_is_sent_twice_and_what_is_lost(campaign: Campaign, world: World):
    sandbox = world.struck.sandbox
    kept, lost = sandbox.objects("usage")[:2]
    asked = {"headers": {"Authorization": sandbox.key}, "timeout": 30}
    again = {name: value for name, value in kept.items() if name not in ("id",) and not name.endswith(("At", "By"))}
    requests.post(f"{sandbox.url}usage", json=again, **asked).raise_for_status()
    requests.delete(f"{sandbox.url}usage/{lost['id']}", **asked).raise_for_status()

    with pytest.raises(Broken) as broken:
        campaign.peace.compare(campaign.end)

    assert str(broken.value).splitlines() == [
        f"events twice or more: {kept['messageId']}",
        f"events lost: {lost['messageId']}",
    ]
