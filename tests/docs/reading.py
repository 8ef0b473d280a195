"""Reading the documents: their headings, and their blocks of code with the mark that stands before each.

A mark is a comment in the line before a block: `<!-- run: commands -->` names what runs it (`blocks_run_by`),
`<!-- covered: ... -->` names the tests that do the same, `<!-- not run: ... -->` says why none can.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

from tests.repository import ROOT

DOCUMENTS = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    ROOT / "sandbox/README.md",
]
_MARK = re.compile(r"<!-- (.+) -->")
_MARKDOWN = MarkdownIt().enable("table")


@dataclass(frozen=True)
class Block:
    """A block of code: where it stands, its language, its text, and its mark without the comment around it."""

    file: Path
    line: int
    language: str
    text: str
    mark: str

    @property
    def place(self) -> str:
        """`<file>:<line>`, for messages."""
        return f"{self.file.relative_to(ROOT)}:{self.line}"


def blocks(file: Path) -> Iterator[Block]:
    """The blocks of code of a document, in order; those that are only indented have the language `indented`."""
    mark, ends = "", -1
    for token in _MARKDOWN.parse(file.read_text()):
        if token.type == "html_block" and (comment := _MARK.fullmatch(token.content.strip())):
            mark, ends = comment[1], token.map[1]
        if token.type in ("fence", "code_block"):
            language = token.info if token.type == "fence" else "indented"
            begins = token.map[0]
            yield Block(file, begins + 1, language, token.content, mark if begins == ends else "")


def blocks_run_by(name: str, *files: Path) -> list[Block]:
    """The blocks that are marked to be run by the test that this names, of all documents or of these."""
    return [block for file in files or DOCUMENTS for block in blocks(file) if block.mark == f"run: {name}"]


def below(text: str, level: int) -> dict[str, str]:
    """Heading -> what stands below it, of the headings of a level; a comment in a block of code is no heading."""
    found: dict[str, str] = {}
    heading, in_code = "", False
    for line in text.splitlines(keepends=True):
        in_code ^= line.lstrip().startswith("```")
        marks, _, words = line.partition(" ")
        if not in_code and marks and not marks.strip("#") and len(marks) <= level:
            heading = words.strip() if len(marks) == level else ""
        elif heading:
            found[heading] = found.get(heading, "") + line
    return found
