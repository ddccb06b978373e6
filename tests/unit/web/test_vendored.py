"""The libraries of the console are those that were recorded, and there is one of each."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.unit.web.page_files import VENDOR, imports

RECORD: list[dict[str, Any]] = json.loads((VENDOR / "vendored.json").read_text("utf-8"))
SCRIPTS = [each["file"] for each in RECORD if each["file"].endswith(".js")]


@pytest.mark.parametrize("library", RECORD, ids=lambda each: str(each["file"]))
def test_a_file_is_what_was_recorded(library: dict[str, Any]) -> None:
    content = (VENDOR / library["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == library["sha256"]
    assert library["version"]
    assert library["licence"]
    assert library["integrity"].startswith("sha512-")
    assert len((VENDOR / library["licence_file"]).read_text("utf-8")) > 500


def test_nothing_is_vendored_without_a_record() -> None:
    recorded = {each[kind] for each in RECORD for kind in ("file", "licence_file")}
    assert {file.name for file in VENDOR.iterdir()} == {*recorded, "vendored.json"}


@pytest.mark.parametrize("file", SCRIPTS)
def test_a_library_imports_files_beside_it_and_nothing_else(file: str) -> None:
    assert [str(each) for each in imports(VENDOR / file) if each.parent != VENDOR] == []
    assert [str(each) for each in imports(VENDOR / file) if not each.is_file()] == []


@pytest.mark.parametrize("file", [each["file"] for each in RECORD])
def test_a_library_asks_for_no_source_map(file: str) -> None:
    assert "sourceMappingURL" not in (VENDOR / file).read_text("utf-8")


def test_there_is_one_preact() -> None:
    """A second one, hidden in a bundle, would know nothing of the first one's components."""
    own = "cloneElement"  # exported by Preact itself, and by nothing that only uses it
    assert [file for file in SCRIPTS if own in (VENDOR / file).read_text("utf-8")] == ["preact.js"]
    versions = {each["version"] for each in RECORD if each["package"] == "preact"}
    assert len(versions) == 1
    users = [file for file in SCRIPTS if VENDOR / "preact.js" in imports(VENDOR / file)]
    assert sorted(users) == ["hooks.js", "signals.js"]


def test_the_style_of_a_library_loads_nothing() -> None:
    text = Path(VENDOR / "uplot.css").read_text("utf-8")
    assert re.findall(r"url\(|@import", text) == []
