"""Pictures of the pages in Airflow's UI, after the three runs."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, ViewportSize

from demo.airflow_home import Airflow
from demo.browser import log_in_with, running_browser
from demo.home import REPOSITORY, Home
from demo.sandbox_server import free_port
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
    "audiences": "audiences",
    "audience": "audiences/at_risk",
    "mapping": "mapping",
}
"""Name of the picture -> path of the page below /startdeliver/."""
EDITS = {
    "{field: name, externalField: traits.name": "{field: name, externalField: traits.firstName",
    "{field: customfieldAgent,": "{field: customfieldStore,",
}
"""What the edited mapping document has in place of what."""
_WIDE, _NARROW = ViewportSize(width=1280, height=1000), ViewportSize(width=400, height=800)


def screenshots(home: Home) -> None:
    """Make everything anew, and the pictures: each page in Airflow, the overview dark and on a small screen, too.

    Raises DemoError where a run is not as promised, or something does not start.
    """
    three_runs(home)
    FOLDER.mkdir(exist_ok=True)
    with running_server(home) as server, running_browser() as browser:
        airflow = Airflow(home, server.database_uri(METADATA))
        password = password_of(home)
        variables = {"AIRFLOW_CONN_SMRT_WAREHOUSE": server.database_uri(WAREHOUSE)}
        with step("Pictures"), running_ui(airflow, free_port(), {USER: "admin"}, variables) as services:
            for name, path in PAGES.items():
                _take(browser, services.url, password, path, FOLDER / f"{name}.png", "light")
            _take(browser, services.url, password, PAGES["overview"], FOLDER / "overview-dark.png", "dark")
            _take_narrow(browser, services.url, password, FOLDER / "overview-400px.png")
            _take_preview(browser, services.url, password, FOLDER / "mapping-preview.png")
    console.print(f"The pictures are in {FOLDER.relative_to(REPOSITORY)}.")


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
