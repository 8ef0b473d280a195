"""Pictures of the pages in Airflow's UI, after the three runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import psycopg
from playwright.sync_api import Browser, ViewportSize

from demo.airflow_home import Airflow
from demo.browser import log_in_with, running_browser
from demo.home import REPOSITORY, DemoError, Home
from demo.sandbox_server import free_port, sandbox_server
from demo.services import running_ui
from demo.set_up import WAREHOUSE, running_server
from demo.steps import console, step
from demo.three_runs import METADATA, three_runs
from demo.up import USER, password_of

FOLDER = REPOSITORY / "docs" / "img"
PAGES = {
    "overview": "",
    "run": "runs/3",
    "rejected": "rejected",
    "record": "record?id={customer}&compare=1&reveal=1",
    "audiences": "audiences",
    "audience": "audiences/at_risk",
    "mapping": "mapping",
}
"""Name of the picture -> path of the page below /startdeliver/; `{customer}` is one of whom there is much to see."""
EDITS = {
    "{field: name, externalField: traits.name": "{field: name, externalField: traits.firstName",
    "{field: customfieldAgent,": "{field: customfieldStore,",
}
"""What the edited mapping document has in place of what."""
_CUSTOMER = """
    select user_id
    from startdeliver_sync.memberships
    where member and user_id in (select user_id from startdeliver_sync.events group by user_id having count(*) > 20)
    group by user_id
    order by count(*) desc, user_id
    limit 1
"""
_MOVES = "update smrt.users set address_street = '12 Harbour Road', phone = null where id = %s"
"""What the next run would tell of them."""
_WIDE, _NARROW = ViewportSize(width=1280, height=1000), ViewportSize(width=400, height=800)


def screenshots(home: Home) -> None:
    """Make everything anew, and the pictures: each page in Airflow, the overview dark and on a small screen, too.

    Raises DemoError where a run is not as promised, or something does not start.
    """
    three_runs(home)
    FOLDER.mkdir(exist_ok=True)
    with running_server(home) as server, sandbox_server(home) as sandbox, running_browser() as browser:
        airflow = Airflow(home, server.database_uri(METADATA))
        password = password_of(home)
        warehouse = server.database_uri(WAREHOUSE)
        customer = _somebody_who_moves(warehouse)
        variables = {
            "AIRFLOW_CONN_SMRT_WAREHOUSE": warehouse,
            "AIRFLOW_CONN_STARTDELIVER": json.dumps(sandbox.connection),
        }
        with step("Pictures"), running_ui(airflow, free_port(), {USER: "admin"}, variables) as services:
            for name, path in PAGES.items():
                _take(browser, services.url, password, path.format(customer=customer), FOLDER / f"{name}.png", "light")
            _take(browser, services.url, password, PAGES["overview"], FOLDER / "overview-dark.png", "dark")
            _take_narrow(browser, services.url, password, FOLDER / "overview-400px.png")
            _take_preview(browser, services.url, password, FOLDER / "mapping-preview.png")
    console.print(f"The pictures are in {FOLDER.relative_to(REPOSITORY)}.")


def _somebody_who_moves(warehouse: str) -> str:
    """The id of a customer whose record the next run would change."""
    with psycopg.connect(warehouse) as connection:
        row = connection.execute(_CUSTOMER).fetchone()
        if row is None:
            raise DemoError("nobody is in an audience: there is nobody to take a picture of")
        connection.execute(_MOVES, row)
        return str(row[0])


def _take(browser: Browser, url: str, password: str, path: str, file: Path, scheme: Literal["dark", "light"]) -> None:
    """A page within Airflow, as its navigation shows it."""
    with browser.new_context(viewport=_WIDE, color_scheme=scheme) as window:
        page = window.new_page()
        log_in_with(page, url, USER, password)
        page.goto(f"{url}/plugin/startdeliver/startdeliver/{path}")
        page.frame_locator("iframe[title=Startdeliver]").get_by_role("heading", level=1).wait_for()
        page.wait_for_load_state("networkidle")
        page.screenshot(path=file)


def _take_narrow(browser: Browser, url: str, password: str, file: Path) -> None:
    """The overview by itself on a small screen."""
    with browser.new_context(viewport=_NARROW) as window:
        page = window.new_page()
        log_in_with(page, url, USER, password)
        page.goto(f"{url}/startdeliver/")
        page.screenshot(path=file)


def _take_preview(browser: Browser, url: str, password: str, file: Path) -> None:
    """An edited mapping document that was tried on a row."""
    with browser.new_context(viewport=_WIDE) as window:
        page = window.new_page()
        log_in_with(page, url, USER, password)
        page.goto(f"{url}/plugin/startdeliver/startdeliver/mapping")
        frame = page.frame_locator("iframe[title=Startdeliver]")
        document = frame.get_by_label("The document")
        text = document.input_value()
        for before, after in EDITS.items():
            text = text.replace(before, after, 1)
        document.fill(text)
        frame.get_by_role("button", name="Validate and preview").click()
        frame.get_by_role("heading", name="Preview").wait_for()
        frame.get_by_label("Try it on").evaluate("field => field.parentElement.scrollIntoView()")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=file)
