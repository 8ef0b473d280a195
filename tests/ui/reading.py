"""What a page says, without its markup."""

from __future__ import annotations

from html.parser import HTMLParser


class _Page(HTMLParser):
    """The tables by their captions, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.text = ""
        self._caption: str | None = None
        self._rows: list[list[str]] = []
        self._cell: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("dd", "li", "small", "td", "th"):
            self.handle_data(" ")  # a browser sets them apart
        if tag == "table":
            self._rows = []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._cell = ""
        elif tag == "caption":
            self._caption = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "caption":
            self.tables[" ".join((self._caption or "").split())] = self._rows
            self._caption = None
        elif tag in ("td", "th"):
            self._rows[-1].append(" ".join((self._cell or "").split()))
            self._cell = None

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._caption is not None:
            self._caption += data
        if self._cell is not None:
            self._cell += data


def _read(html: str) -> _Page:
    page = _Page()
    page.feed(html)
    page.close()
    return page


def text_of(html: str) -> str:
    """What it says, with single spaces."""
    return " ".join(_read(html).text.split())


def table_of(html: str, caption: str) -> list[dict[str, str]]:
    """The rows of the table whose caption begins so, by the names of their columns."""
    (rows,) = (rows for name, rows in _read(html).tables.items() if name.startswith(caption))
    head, *body = rows
    return [dict(zip(head, row, strict=True)) for row in body]
