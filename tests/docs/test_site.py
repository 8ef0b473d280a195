"""The site: built strictly, so that every link leads somewhere; it loads nothing from elsewhere; it can be read."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, expect

from demo.browser import chromium, running_browser
from smrt_startdeliver.stages.job import STAGES
from tests.repository import ROOT

_SPEC = importlib.util.spec_from_file_location("site_hook", ROOT / ".ci/site.py")
hook = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(hook)

LOADED = re.compile(r"<(?:script|img|iframe|source)\b[^>]*\bsrc=\"(.+?)\"|<link\b[^>]*\bhref=\"(.+?)\"")


def build(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Build the site as `make docs` does, into another folder."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--site-dir", folder, *options],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built; that the build has nothing to complain of."""
    folder = tmp_path_factory.mktemp("site")
    built = build(folder)
    assert built.returncode == 0, built.stderr
    assert "WARNING" not in built.stderr
    return folder


def pages(site: Path) -> list[Path]:
    return sorted(site.glob("*.html"))


def test_it_has_a_page_of_each_document(site: Path) -> None:
    of_documents = {path.stem for path in (ROOT / "docs").glob("*.md")}
    of_others = {Path(place).stem for place in hook.PAGES.values() if place.endswith(".md")}
    assert {page.stem for page in pages(site)} == of_documents | of_others | {"404"}


def test_the_front_page_is_the_readme_and_its_links_lead_to_pages(site: Path) -> None:
    front = (site / "index.html").read_text()
    assert "Connect your own warehouse in ten minutes" in front
    links = set(re.findall(r'<a href="([^"#:]+)(?:#[^"]*)?"', front))
    assert {"warehouse.html", "mapping.html", "reasons.html", "sandbox.html", "changelog.html", "license.txt"} <= links
    assert [link for link in links if not (site / link).exists()] == []


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    for page in pages(site):
        loaded = {one or other for one, other in LOADED.findall(page.read_text())}
        assert loaded
        assert [one for one in loaded if "//" in one] == [], page.name


@pytest.mark.parametrize(
    ("page", "link", "on_the_site"),
    [
        ("index.md", "docs/reasons.md#guards", "reasons.md#guards"),
        ("index.md", "docs/img/run.png", "img/run.png"),
        ("index.md", "CONTRIBUTING.md", "contributing.md"),
        ("index.md", "#limits", "#limits"),
        ("operations.md", "../README.md#limits", "index.md#limits"),
        ("operations.md", "grafana/smrt-startdeliver.json", "grafana/smrt-startdeliver.json"),
        ("operations.md", "https://example.com/docs/a.md", "https://example.com/docs/a.md"),
        ("sandbox.md", "../docs/mapping.md", "mapping.md"),
    ],
)
def test_a_link_of_the_repository_becomes_one_of_the_site(page: str, link: str, on_the_site: str) -> None:
    assert hook.linked(f"see [it]({link}).", page) == f"see [it]({on_the_site})."
    assert hook.linked(f"`[it]({link})`", page) == f"`[it]({link})`"


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ("[x](reasons.md#nowhere)", "does not contain an anchor"),
        ("[x](nowhere.md)", "not found among documentation files"),
        ("![x](img/nowhere.png)", "not found among documentation files"),
    ],
)
def test_a_link_that_leads_nowhere_fails_the_build(broken: str, complaint: str, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "index.md").write_text(f"# Page\n\n{broken}\n")
    (docs / "reasons.md").write_text("# Reasons\n")
    hooks_out = re.sub(r"^(hooks|nav):\n(?: .*\n|\n(?= ))+", "", (ROOT / "mkdocs.yml").read_text(), flags=re.MULTILINE)
    config = tmp_path / "mkdocs.yml"
    config.write_text(hooks_out)
    built = build(tmp_path / "site", "--config-file", str(config))
    assert built.returncode == 1
    assert complaint in built.stderr


def test_the_picture_of_the_architecture_has_every_task() -> None:
    picture = ElementTree.parse(ROOT / "docs/img/architecture.svg")
    texts = {"".join(element.itertext()) for element in picture.iter() if element.tag.endswith("}text")}
    assert {*STAGES, "close_run", "smrt", "startdeliver_sync"} <= texts


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if chromium() is None:
        pytest.skip("Chromium is not installed: `apt-get install chromium`, or `make install` as root")
    with running_browser() as running:
        yield running


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site is served."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site)) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page that must neither complain in its console nor ask anybody else for anything."""
    page = browser.new_page(color_scheme="dark", base_url=address)
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request", lambda asked: complaints.append(asked.url) if not asked.url.startswith((address, "data:")) else None
    )
    yield page
    page.close()
    assert complaints == []


def test_every_page_is_dark_where_the_system_is_and_fits_a_small_screen(page: Page, site: Path) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    for file in pages(site):
        page.goto(f"/{file.name}")
        assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"
        assert page.evaluate("document.documentElement.scrollWidth") <= 400, file.name
        broken = page.evaluate(
            "[...document.images].filter(one => one.complete && !one.naturalWidth).map(one => one.src)"
        )
        assert broken == [], file.name


def test_the_search_finds_a_reason_code(page: Page) -> None:
    page.goto("/index.html", wait_until="networkidle")  # its index is fetched by then: what is typed earlier is lost
    box = page.get_by_role("textbox", name="Search")
    box.click()
    box.press_sequentially("lossy_match")
    expect(page.locator(".md-search-result__item a[href*='reasons.html']").first).to_be_attached(timeout=60_000)
