"""The pages on which a person sees what is there."""

from __future__ import annotations

import html
import re

import pytest
from requests import get

from .conftest import Client

HOSTILE = "<script>alert('x')</script>&\""
MOMENT = 1_738_310_400_000  # 2025-01-31 08:00 UTC
DAY = 86_400_000


@pytest.fixture(scope="module", autouse=True)
def ann(sandbox):
    client = Client(sandbox)
    customer = client.create("customer", name="Acme & Söhne", tag=["gold"])
    user = client.create("user", name="Ann", email="ann@example.com", customerId=customer["id"], customfieldFlag=True)
    client.create("user", name=HOSTILE, customfieldExternalId=HOSTILE)
    for name, day in (("Second", 1), ("Third", 2), ("First", 0)):
        properties = {HOSTILE: HOSTILE, "address": {"city": "Oslo"}}
        client.create(
            "usage", userId="ann@example.com", usageType=name, timestamp=MOMENT + day * DAY, properties=properties
        )
    client.create("usage", userId="ann@example.com", usageType="Prices", timestamp=MOMENT - 1, type="page")
    client.session.close()
    return {"user": user["id"], "customer": customer["id"]}


def page(sandbox, path, status=200):
    answer = get(sandbox.root + path, timeout=30)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    return answer.text


def text_of(markup):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", markup.partition("</style>")[2])))


def test_the_overview_counts_and_links_to_the_newest(sandbox, ann):
    markup = page(sandbox, "/")
    assert "1 customers 2 users 4 usage events" in text_of(markup)
    assert f'href="/users/{ann["user"]}"' in markup
    assert f'href="/customers/{ann["customer"]}"' in markup


def test_a_users_page_shows_fields_and_customer_and_the_timeline_by_time(sandbox, ann):
    markup = page(sandbox, f"/users/{ann['user']}")
    text = text_of(markup)
    assert "customfieldFlag yes" in text
    assert f'href="/customers/{ann["customer"]}">Acme &amp; Söhne' in markup
    assert re.search(r"2 February 2025 .*Third.* 1 February 2025 .*Second.* 31 January 2025 .*First.*Prices page", text)
    assert "08:00:00" in text
    assert '{"city": "Oslo"}' in text


def test_a_customers_page_shows_its_fields_and_its_users(sandbox, ann):
    markup = page(sandbox, f"/customers/{ann['customer']}")
    assert 'tag ["gold"]' in text_of(markup)
    assert re.findall(r'href="/users/(\d+)"', markup) == [str(ann["user"])]


@pytest.mark.parametrize(
    ("words", "found"),
    [("", 2), ("ANN", 1), ("ann@ex", 1), ("alert(", 1), ("%", 0), ("_", 0), ("customfield", 0), (HOSTILE, 1)],
)
def test_lists_are_searched_by_the_values_of_fields(sandbox, words, found):
    answer = get(f"{sandbox.root}/users", params={"q": words}, timeout=30)
    assert len(re.findall(r'href="/users/\d+"', answer.text)) == found
    assert f'value="{html.escape(words).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")}"' in answer.text


def test_everything_is_escaped(sandbox, ann):
    for path in ("/", "/users", f"/users/{ann['user']}", f"/users/{ann['user'] + 1}", "/users?q=<script>"):
        markup = page(sandbox, path)
        assert "<script" not in markup
    assert HOSTILE in text_of(page(sandbox, f"/users/{ann['user'] + 1}"))


def test_what_is_not_there_is_a_page_too(sandbox):
    assert 'href="/users"' in page(sandbox, "/users/1", 404)
    assert 'href="/customers"' in page(sandbox, "/customers/99999999999999999999", 404)


def test_long_lists_have_pages(sandbox, ann):
    client = Client(sandbox)
    for number in range(120):
        client.create("customer", name=f"Shop {number}")
    client.session.close()
    pages = [page(sandbox, f"/customers?q=shop&page={number}") for number in (1, 2, 3)]
    assert [len(re.findall(r'href="/customers/\d+"', markup)) for markup in pages] == [50, 50, 20]
    assert 'rel="next" href="?q=shop&amp;page=2"' in pages[0]
    assert 'rel="prev" href="?q=shop&amp;page=2"' in pages[2]
    assert 'rel="next"' not in pages[2]
    for odd in ("0", "-1", "x", "9" * 30, "²"):
        page(sandbox, f"/customers?page={odd}")
