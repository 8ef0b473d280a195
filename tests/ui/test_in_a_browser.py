"""The pages as a person has them: in Airflow's navigation, after its login, with mouse, keyboard and small screens."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.ui.conftest import HOME, OpenBrowser, RunningAirflow
from tests.ui.runs import account, add_run, execute, refuse, reject

DAG_RUN = "manual__2026-11-20T12:00:00+00:00"
DARK, LIGHT = "rgb(17, 20, 24)", "rgb(255, 255, 255)"
"""The background, `--paper` of pages.css."""


@pytest.fixture(scope="module", autouse=True)
def number(airflow: RunningAirflow) -> int:
    """A run that Airflow knows, too, with what it did; and one that is parked, and some that were rejected."""
    number = add_run(airflow.state, dag_run_id=DAG_RUN)
    counts = {("users", "extracted", ""): 1_500, ("users", "created", ""): 1_234, ("users", "unchanged", ""): 266}
    account(airflow.state, number, "load_users", counts, seconds=75, requests_write=1_234, requests_429=3)
    refuse(airflow.state, "user", "8", parked=True)
    for key in range(30):
        reject(airflow.state, "users", f"user-{key}", reason="not_a_date", field="birthday", shape="AA-99")
    return number


def through_the_navigation(page: Page) -> FrameLocator:
    """Our page within Airflow's, reached as a person does."""
    page.goto("/")
    page.get_by_role("link", name="Startdeliver").click()
    frame = page.frame_locator("iframe[title=Startdeliver]")
    expect(frame.get_by_role("heading", level=1)).to_have_text("Overview")
    return frame


def background(page: Page, frame: FrameLocator) -> str:
    return str(frame.locator("body").evaluate("body => getComputedStyle(body).backgroundColor"))


def test_the_page_is_in_airflows_navigation_and_shows_numbers_and_charts(
    open_browser: OpenBrowser, number: int
) -> None:
    frame = through_the_navigation(open_browser("viewer"))
    row = frame.get_by_role("region", name="Last runs").get_by_role("row").nth(1)
    expect(row.get_by_role("rowheader")).to_have_text(str(number))
    expect(row.get_by_role("cell").nth(3)).to_have_text("1,234")
    expect(frame.get_by_role("img")).to_have_count(4)
    chart = frame.get_by_role("img", name=re.compile("^Written and rejected")).bounding_box()
    assert chart is not None
    assert chart["height"] > 100


def test_a_page_can_be_come_back_to(open_browser: OpenBrowser) -> None:
    page = open_browser("viewer")
    frame = through_the_navigation(page)
    frame.get_by_role("link", name="Rejected").click()
    expect(frame.get_by_role("heading", level=1)).to_have_text("Rejected")
    page.wait_for_url(re.compile(r"/plugin/startdeliver/startdeliver/rejected$"))
    page.reload()
    expect(frame.get_by_role("heading", level=1)).to_have_text("Rejected")


def test_without_a_login_there_is_nothing(open_browser: OpenBrowser) -> None:
    answer = open_browser(None).goto(HOME)
    assert answer is not None
    assert answer.status == 401


def test_a_run_leads_to_its_logs_in_airflow_out_of_the_frame(open_browser: OpenBrowser, number: int) -> None:
    page = open_browser("viewer")
    frame = through_the_navigation(page)
    frame.get_by_role("link", name=str(number), exact=True).last.click()
    expect(frame.get_by_role("heading", level=1)).to_have_text(f"Run {number}")
    frame.get_by_role("link", name="log of load_users").click()
    page.wait_for_url(re.compile(r"/dags/smrt_to_startdeliver/runs/manual__.*/tasks/load_users"))


def test_a_dag_run_in_airflow_has_a_tab_with_what_it_did(open_browser: OpenBrowser, number: int) -> None:
    page = open_browser("operator")
    dags = "/api/v2/dags/smrt_to_startdeliver"
    for _ in range(120):  # the DAG processor finds the DAG within seconds
        if page.request.get(dags).ok:
            break
        page.wait_for_timeout(500)
    asked = {"dag_run_id": DAG_RUN, "logical_date": None}
    answer = page.request.post(f"{dags}/dagRuns", data=json.dumps(asked), headers={"Content-Type": "application/json"})
    assert answer.ok, answer.text()
    page.goto(f"/dags/smrt_to_startdeliver/runs/{DAG_RUN}")
    page.locator("a[href*='/startdeliver-run']").click()  # not the navigation's, and not the DAG's name
    frame = page.frame_locator("iframe[title=Startdeliver]")
    expect(frame.get_by_role("heading", level=1)).to_have_text(f"Run {number}")


def test_the_keyboard_reaches_everything_and_one_sees_where_it_is(
    open_browser: OpenBrowser,
) -> None:
    page = open_browser("viewer")
    page.goto(HOME)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Overview")).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Rejected")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Entity")).to_be_focused()


def test_what_is_parked_is_released_with_the_keyboard(open_browser: OpenBrowser, airflow: RunningAirflow) -> None:
    page = open_browser("operator")
    frame = through_the_navigation(page)
    frame.get_by_role("link", name="Rejected").click()
    frame.get_by_label("Release user 8").press("Space")
    frame.get_by_role("button", name="Release those that are ticked").press("Enter")
    expect(frame.get_by_role("status")).to_have_text("1 released: the next run tries them again.")
    assert airflow.state.rows("refusals", parked=True) == []


def test_a_list_is_exported(open_browser: OpenBrowser) -> None:
    page = open_browser("viewer")
    frame = through_the_navigation(page)
    frame.get_by_role("link", name="Rejected").click()
    with page.expect_download() as download:
        frame.get_by_role("link", name="Export as CSV").last.click()
    assert download.value.suggested_filename == "rejections.csv"
    assert len(download.value.path().read_text().splitlines()) == 31


def test_it_is_dark_where_the_system_is(open_browser: OpenBrowser) -> None:
    for scheme, color in (("dark", DARK), ("light", LIGHT)):
        page = open_browser("viewer", color_scheme=scheme)
        assert background(page, through_the_navigation(page)) == color


def test_it_follows_airflows_own_switch(open_browser: OpenBrowser) -> None:
    page = open_browser("viewer", color_scheme="light")
    frame = through_the_navigation(page)
    page.get_by_role("button", name="User").click()
    page.get_by_role("menuitem", name="Appearance").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    assert background(page, frame) == DARK


@pytest.mark.parametrize("path", ["", "rejected", "runs/{number}", "runs/99"])
def test_at_400_pixels_nothing_but_a_box_scrolls_sideways(open_browser: OpenBrowser, number: int, path: str) -> None:
    page = open_browser("operator", viewport={"width": 400, "height": 800})
    page.goto(f"{HOME}{path.format(number=number)}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    for box in page.get_by_role("region").all():
        assert box.evaluate("box => box.getBoundingClientRect().right") <= 400


def test_while_a_run_goes_on_the_page_follows_it_to_its_end(open_browser: OpenBrowser, airflow: RunningAirflow) -> None:
    running = add_run(airflow.state, state="running", finished_at=None, dag_run_id="another")
    progress = {"run": running, "part": 0, "stage": "load_users", "total": 1_000, "seconds": 60}
    airflow.state.write("note_progress", [{**progress, "done": 250}])
    page = open_browser("viewer")
    frame = through_the_navigation(page)
    expect(frame.get_by_role("progressbar", name="load_users")).to_have_attribute("value", "250")
    airflow.state.write("note_progress", [{**progress, "done": 750}])
    expect(frame.get_by_role("progressbar", name="load_users")).to_have_attribute("value", "750")
    execute(
        airflow.state,
        "update {schema}.runs set state = 'failed', finished_at = now() where run = :run",
        {"run": running},
    )
    expect(frame.get_by_role("progressbar")).to_have_count(0)
    expect(frame.get_by_role("region", name="Last runs").get_by_role("row").nth(1)).to_contain_text("failed")


def test_nothing_comes_from_elsewhere_and_nothing_is_complained_of(
    open_browser: OpenBrowser, airflow: RunningAirflow, number: int
) -> None:
    page = open_browser("operator")
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for path in ("", "rejected", f"runs/{number}"):
        page.goto(f"{HOME}{path}")
    assert {url for url in asked if not url.startswith(f"{airflow.url}{HOME}")} == set()
    assert complaints == []
