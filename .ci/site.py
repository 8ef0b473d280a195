"""A hook of MkDocs: the site has the repository's own documents, README.md first, and its links lead to them.

A document is written once and read in two places. On a code host its links lead to files of the repository; here those
to documents lead to their pages. What is no page stays as it is, and fails the build where it leads nowhere.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent
DOCS = "docs/"
PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "LICENSE": "license.txt",
    "sandbox/README.md": "sandbox.md",
}
"""Documents outside of the folder of the docs, by their place in the repository -> their place on the site."""

_CODE = re.compile(r"(^ *```.*?^ *```$|`[^`\n]+`)", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"(?<=\]\()(?!\w+:|#|/)([^)#\s]+)")
"""The file that a link within the repository leads to, without the anchor."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the documents that lie elsewhere in the repository."""
    for source, place in PAGES.items():
        files.append(File.generated(config, place, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Turn the links of a document into those of its page."""
    return linked(markdown, page.file.src_uri)


def linked(markdown: str, page: str) -> str:
    """A document as its page: links to files of the repository lead to places on the site; code stays as it is."""
    folder = posixpath.dirname(next((source for source, place in PAGES.items() if place == page), DOCS + page))

    def on_the_site(file: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, file[1]))
        return posixpath.relpath(PAGES.get(target, target.removeprefix(DOCS)), posixpath.dirname(page) or ".")

    parts = _CODE.split(markdown)  # at odd places, the code
    parts[::2] = [_FILE.sub(on_the_site, text) for text in parts[::2]]
    return "".join(parts)
