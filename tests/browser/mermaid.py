"""Mermaid in a page of Chromium, which draws diagrams as a reader's browser does."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from infra.stacks import REPOSITORY
from infra.vendor import fetch
from tests.servers import require_program, unavailable

VERSION = "11.17.2"
# npm's own hash of the package. Another package under this version is refused.
INTEGRITY = (
    "sha512-V6K3C8EBdEsPFZXSKMJe6ppQOENxuHARr9GvHX4hh47lAbhMRD9qf"
    "4oEK7LoaRQxULMa80/qt5gHO73aCleBBg=="
)
KEPT = REPOSITORY / "build" / "mermaid" / VERSION / "mermaid.min.js"
DRAW = """async text => {
    mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });
    const { svg } = await mermaid.render("drawn", text);
    document.body.innerHTML = svg;
    const { width, height } = document.querySelector("svg").getBoundingClientRect();
    return { words: document.body.textContent, width, height }; }"""


def script() -> Path:
    """Fetched once from npm, which a machine without a network cannot."""
    if KEPT.exists():
        return KEPT
    require_program("npm", "npm")
    with tempfile.TemporaryDirectory() as into:
        try:
            package, integrity = fetch("mermaid", VERSION, Path(into))
        except subprocess.SubprocessError as error:
            unavailable(f"npm cannot fetch mermaid {VERSION}: {error}")
        assert integrity == INTEGRITY, f"npm has another mermaid {VERSION} than was recorded"
        KEPT.parent.mkdir(parents=True, exist_ok=True)
        begun = KEPT.with_suffix(".begun")
        shutil.copyfile(package / "dist" / "mermaid.min.js", begun)
        begun.replace(KEPT)
    return KEPT


@contextmanager
def drawing(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.set_content("<body></body>")
    page.add_script_tag(path=script())
    try:
        yield page
    finally:
        page.close()


def draw(page: Page, text: str) -> tuple[str, float, float]:
    """All words of the picture, its width and its height. Raises playwright's Error."""
    drawn = page.evaluate(DRAW, text)
    return drawn["words"], drawn["width"], drawn["height"]
