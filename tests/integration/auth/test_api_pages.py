"""The API's document, and the page on which it can be read."""

import base64
import hashlib
import json
from html.parser import HTMLParser
from pathlib import Path

from tests.integration.auth.deployed import Deployed


class Inline(HTMLParser):
    """Scripts and styles as a browser finds them, and every address the page names."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {"script": [], "style": []}
        self.addresses: list[str] = []
        self._open: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag in self.found:
            self.found[tag].append("")
            self._open = tag

    def handle_endtag(self, tag: str) -> None:
        self._open = None

    def handle_data(self, data: str) -> None:
        if self._open:
            self.found[self._open][-1] += data


def allowed(policy: str, directive: str) -> list[str]:
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    return parts[directive].split()


def test_the_document_is_the_committed_one_and_may_be_kept_for_an_hour(deployed: Deployed) -> None:
    answer = deployed.api("GET", "/api/openapi.json")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert answer.body == json.loads(Path("contracts/schemas/api.openapi.json").read_text())


def test_what_a_browser_has_already_is_not_sent_again(deployed: Deployed) -> None:
    for path in ("/api/openapi.json", "/api/docs"):
        tag = deployed.api("GET", path).headers["ETag"]
        again = deployed.api("GET", path, headers={"If-None-Match": tag})
        assert (again.status, again.text) == (304, "")


def test_the_page_runs_its_own_script_and_style_and_nothing_else(deployed: Deployed) -> None:
    answer = deployed.api("GET", "/api/docs")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html")
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    page = Inline()
    page.feed(answer.text)
    assert [len(each) for each in page.found.values()] == [2, 1]
    policy = answer.headers["Content-Security-Policy"]
    for tag, texts in page.found.items():
        digests = (hashlib.sha256(text.encode()).digest() for text in texts)
        hashes = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
        assert allowed(policy, f"{tag}-src") == hashes
    assert allowed(policy, "default-src") == ["'none'"]
    assert allowed(policy, "connect-src") == ["'self'"]
    assert allowed(policy, "frame-ancestors") == ["'none'"]


def test_the_page_works_behind_any_prefix_and_asks_nobody_else(deployed: Deployed) -> None:
    page = Inline()
    page.feed(deployed.api("GET", "/api/docs").text)
    assert page.addresses == ["data:,", "openapi.json"]
    assert 'url: "openapi.json"' in page.found["script"][1]
    assert "validatorUrl: null" in page.found["script"][1]
    # '<!--' and '<script' together would keep a browser from seeing the end of the script
    assert "<!--" not in page.found["script"][0]
