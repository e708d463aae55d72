"""The built pages: every link within them leads somewhere, every page is in a table of contents."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from attrs import Factory, define

DOCS = Path(__file__).parents[2] / "docs"
ATTRIBUTES = {"a": "href", "link": "href", "img": "src", "script": "src"}
GENERATED = {"genindex", "search", "py-modindex"}
"""Pages that Sphinx makes by itself."""


@define
class Page(HTMLParser):
    """What a page names, and what in it can be named."""

    links: list[tuple[str, str]] = Factory(list)
    """(tag, address)."""
    names: set[str] = Factory(set)

    def __attrs_pre_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.names |= {name for name in (given.get("id"), given.get("name")) if name}
        link = given.get(ATTRIBUTES.get(tag, ""))
        if link is not None:
            self.links.append((tag, link))


def read(path: Path) -> Page:
    """Read a page."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


@pytest.fixture(scope="module")
def pages(built: Path) -> dict[Path, Page]:
    """By file, all pages."""
    return {path: read(path) for path in sorted(built.rglob("*.html")) if "_static" not in path.parts}


def broken(path: Path, pages: dict[Path, Page]) -> Iterator[str]:
    """Yield the links of a page that lead nowhere."""
    for _, link in pages[path].links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue  # elsewhere
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not target.is_file():
            yield f"{link}: no such file"
        elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].names:
            yield f"{link}: nothing of that name in {target.name}"


def test_every_link_within_leads_somewhere(pages: dict[Path, Page], built: Path) -> None:
    links = sum(len(page.links) for page in pages.values())
    assert links > 1_000
    assert [(str(path.relative_to(built)), one) for path in pages for one in broken(path, pages)] == []


def test_broken_link_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text('<p id="here"><a href="#here"></a><a href="#there"></a><a href="b.html"></a>', encoding="utf-8")
    assert list(broken(path, {path: read(path)})) == [
        "#there: nothing of that name in a.html",
        "b.html: no such file",
    ]


def test_every_page_is_in_a_table_of_contents(pages: dict[Path, Page], built: Path) -> None:
    """The sidebar has the whole tree; the search page has no other links."""
    links = [link for _, link in pages[built / "search.html"].links]
    listed = {(built / unquote(urlsplit(link).path)).resolve() for link in links}
    missing = [path for path in pages if path not in listed and path.stem not in GENERATED]
    assert [str(path.relative_to(built)) for path in missing] == []


def test_every_source_has_a_page(pages: dict[Path, Page], built: Path) -> None:
    sources = {path.relative_to(DOCS).with_suffix("") for path in DOCS.rglob("*.rst") if "_build" not in path.parts}
    assert {path.relative_to(built).with_suffix("") for path in pages} >= sources


def test_nothing_is_fetched_from_elsewhere(pages: dict[Path, Page]) -> None:
    """Pages can be read without a network."""
    fetched = [link for page in pages.values() for tag, link in page.links if tag != "a"]
    assert fetched
    assert [link for link in fetched if urlsplit(link).scheme not in ("", "data")] == []
