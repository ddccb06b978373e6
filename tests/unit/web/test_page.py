"""The page links what is there, holds nothing that its policy refuses, and is light."""

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.unit.web.page_files import APP, STYLE, WEB, imports, loaded_with, name_of

LIMIT = 150_000  # bytes, compressed, that any screen may need in all
KEPT = {".LICENSE", ".json"}  # kinds of files that no browser asks for


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.refused: list[str] = []
        self.feed((WEB / "index.html").read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.links += [given[name] or "" for name in ("href", "src") if name in given]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.refused.append(tag)
        self.refused += [name for name in given if name == "style" or name.startswith("on")]


def compressed(files: set[Path]) -> int:
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)


def first_files() -> set[Path]:
    """Of every view, whichever screen it shows."""
    links = {WEB / link.lstrip("/") for link in Page().links}
    return {WEB / "index.html", WEB / "keeper.js"} | links | loaded_with(APP / "main.js")


def screens() -> list[Path]:
    found = [file for file, at_once in imports(APP / "screens.js").items() if not at_once]
    assert found
    return sorted(found)


def test_what_the_page_links_is_there() -> None:
    links = Page().links
    assert [link for link in links if not (WEB / link.lstrip("/")).is_file()] == []
    assert all(link.startswith("/static/") for link in links)


def test_every_style_is_linked_once() -> None:
    linked = sorted(link for link in Page().links if link.startswith("/static/style/"))
    assert linked == sorted(f"/{name_of(file)}" for file in STYLE.iterdir())


def test_the_page_has_no_script_or_style_of_its_own() -> None:
    assert Page().refused == []


@pytest.mark.parametrize("style", sorted(STYLE.iterdir()), ids=name_of)
def test_a_style_loads_nothing(style: Path) -> None:
    assert re.findall(r"url\(|@import", style.read_text("utf-8")) == []


@pytest.mark.parametrize("screen", screens(), ids=name_of)
def test_no_screen_needs_more_than_the_limit(screen: Path) -> None:
    """With what it loads later, as a chart's library."""
    files = first_files() | loaded_with(screen)
    later = {file for each in files if each.suffix == ".js" for file in imports(each)}
    files |= {file for file in later if "screens" not in file.parts}
    print(f"{name_of(screen)}: {compressed(files):,} bytes in {len(files)} files")
    assert compressed(files) < LIMIT


def test_the_weight_of_the_whole_console_is_told() -> None:
    files = {each for each in WEB.rglob("*") if each.is_file() and each.suffix not in KEPT}
    missed = first_files().union(*(loaded_with(each) for each in screens())) - files
    assert missed == set()
    print(f"all screens together: {compressed(files):,} bytes in {len(files)} files")
