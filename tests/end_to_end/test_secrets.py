"""Keys, passwords and what is known of people are in no log, no exception and no XCom: ids and counts alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from airflow.models.xcom import XComModel
from airflow.utils.session import create_session

from smrt_startdeliver.stages import airflow_run, extract
from smrt_startdeliver.stages.load_records import load_records
from smrt_startdeliver.state.database import State
from smrt_startdeliver.warehouse.engine import warehouse_engine
from tests.end_to_end.echoing import echoing
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

HOURS = timedelta(hours=2)
DAY = timedelta(days=1)
KEY = "demo-key"
OF_PEOPLE = [
    "Zaphod",
    "Beeblebrox",
    "zaphod@hearts.example",
    "+1 555 0142",
    "Betelgeuse Road",
    "Milliways",
    "Prefect",
    "Trillian",
    "98765.43",
    "Magrathea",
]
"""What the shop below knows of its customers."""


class Heard:
    """All that a run says: its log down to the last detail, what Airflow prints, what its tasks hand each other."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._lines: list[str] = []
        self.handler = logging.Handler(logging.DEBUG)
        self.handler.emit = self._note  # type: ignore[method-assign]

    def _note(self, record: logging.LogRecord) -> None:
        self._lines.append(logging.Formatter().format(record))

    def everything(self) -> str:
        with create_session() as session:
            handed = [str(value) for value in session.scalars(sa.select(XComModel.value))]
        assert self._lines
        assert handed
        return "\n".join([*self._lines, *self._capsys.readouterr(), *handed])


@pytest.fixture
def heard(capsys: pytest.CaptureFixture[str]) -> Iterator[Heard]:
    log, listener = logging.getLogger("smrt_startdeliver"), Heard(capsys)
    level = log.level
    log.addHandler(listener.handler)
    log.setLevel(logging.DEBUG)
    yield listener
    log.setLevel(level)
    log.removeHandler(listener.handler)


@pytest.fixture
def people(pipeline: Pipeline) -> Shop:
    """Two customers of whom much is known, some of it unreadable, and their orders."""
    shop = Shop(
        pipeline, phone="text", address_street="text", account_discount_value="text", birthday="text", agent="text"
    )
    known = {"phone": "+1 555 0142", "address_street": "42 Betelgeuse Road", "agent": "Magrathea"}
    shop.customer("7", name="Zaphod Beeblebrox", email="zaphod@hearts.example", **known)
    odd = {"account_discount_value": "ask Prefect", "birthday": "at Milliways"}
    shop.customer("8", name="Trillian", email="trillian@hearts.example", **known, **odd)
    for user in ("7", "8"):
        shop.event("Order Created", user, MONDAY - DAY, order_id="Milliways", value="98765.43", agent="Trillian")
    return shop


def nothing_said(pipeline: Pipeline, said: str) -> bool:
    """Whether none of the shop's secrets is in a text; fails with the line that has one."""
    password = sa.make_url(pipeline.uri).password
    assert password
    for secret in (KEY, password, *OF_PEOPLE):
        assert [line for line in said.splitlines() if secret in line] == [], secret
    return True


def test_a_run_that_succeeds_says_nothing_of_anybody_even_when_startdeliver_quotes_what_it_refuses(
    people: Shop, pipeline: Pipeline, heard: Heard
) -> None:
    with echoing(pipeline.sandbox, "Trillian") as url:
        pipeline.connect_startdeliver(host=url)
        assert pipeline.run(MONDAY) == "success"

    assert pipeline.fates("users")["rejected: refused"] == 1
    said = heard.everything()
    assert "users: " in said
    assert nothing_said(pipeline, said)
    assert nothing_said(pipeline, str(pipeline.state("select * from rejections")))
    assert nothing_said(pipeline, str(pipeline.state("select * from refusals")))
    assert nothing_said(pipeline, str(pipeline.state("select message, guard from runs")))


def a_key_that_is_refused(pipeline: Pipeline, _: pytest.MonkeyPatch) -> None:
    pipeline.sandbox.faults([{"method": "POST", "path": "/user$", "status": 401}])


def a_startdeliver_that_hangs_up(pipeline: Pipeline, patch: pytest.MonkeyPatch) -> None:
    def loading(job, entity):
        pipeline.sandbox.faults([{"path": "/user", "drop": "after"}])
        return load_records(job, entity)

    patch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda _: None))
    patch.setattr(airflow_run, "load_records", loading)


def a_warehouse_that_drops_the_connection(pipeline: Pipeline, _: pytest.MonkeyPatch) -> None:
    pipeline.execute("alter table smrt.order_created rename to orders")
    pipeline.execute(
        "create view smrt.order_created as select * from smrt.orders where pg_terminate_backend(pg_backend_pid())"
    )


def a_time_that_cannot_be_read(pipeline: Pipeline, patch: pytest.MonkeyPatch) -> None:
    def extracting(job):
        pipeline.execute("alter table smrt.users alter column received_at type text using name")
        return extract.extract(job)

    patch.setattr(airflow_run, "extract", extracting)


def a_memory_that_refuses_a_row(pipeline: Pipeline, _: pytest.MonkeyPatch) -> None:
    engine = warehouse_engine()
    State(engine, "startdeliver_sync").create()
    engine.dispose()
    pipeline.execute("alter table startdeliver_sync.events add check (body is null)")


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        (a_key_that_is_refused, "Startdeliver refuses the API key"),
        (a_startdeliver_that_hangs_up, "(ConnectionError): check the host"),
        (a_warehouse_that_drops_the_connection, "the next run reads it again"),
        (a_time_that_cannot_be_read, "InvalidDatetimeFormat"),
        (a_memory_that_refuses_a_row, "violates check constraint"),
    ],
)
def test_a_run_that_fails_says_why_and_nothing_of_anybody(
    people: Shop,
    pipeline: Pipeline,
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Callable[[Pipeline, pytest.MonkeyPatch], None],
    why: str,
) -> None:
    trouble(pipeline, monkeypatch)

    assert pipeline.run(MONDAY) == "failed"

    said = heard.everything()
    assert why in said
    assert nothing_said(pipeline, said)
    assert nothing_said(pipeline, str(pipeline.state("select message, guard from runs")))
