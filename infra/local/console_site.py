"""What the local console answers: the files of web/ as they are at that moment, with the headers
that CloudFront would add."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from infra.console.headers import LocalHeaders
from infra.console.page import PageWrong, served_page
from infra.console.web_files import PAGE, KindUnknown, file_for, is_hidden, kind_of

SMALLEST_COMPRESSED = 1000  # bytes; CloudFront compresses none that are smaller
COMPRESSED = ("text/", "application/json", "application/manifest+json", "image/svg+xml")
PLAIN = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}


@dataclass(frozen=True)
class Answer:
    status: HTTPStatus
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class ConsoleSite:
    """`addresses` is a file {"api_url", "websocket_url"} as JSON, which is read for each answer,
    because a deployment can change them."""

    def __init__(self, web: Path, addresses: Path) -> None:
        self._web, self._addresses = web.resolve(), addresses
        self._headers = LocalHeaders()

    def answer(self, path: str, headers: Mapping[str, str]) -> Answer:
        """`path` is still percent-encoded and has no query. `headers` are those of the request, by
        names in small letters."""
        try:
            known = json.loads(self._addresses.read_text())
        except FileNotFoundError:
            return told(HTTPStatus.SERVICE_UNAVAILABLE, "The local stack is being deployed.")
        safe = self._headers.at(known["api_url"], known["websocket_url"])
        try:
            found = self._content(path, known["api_url"])
        except (PageWrong, KindUnknown) as wrong:
            return told(HTTPStatus.INTERNAL_SERVER_ERROR, str(wrong), safe)
        if found is None:
            return told(HTTPStatus.NOT_FOUND, "There is no such file.", safe)
        return _packed(*found, headers, safe)

    def _content(self, path: str, api_url: str) -> tuple[str, bytes] | None:
        """(kind, content), or None. Raises PageWrong, KindUnknown."""
        name = unquote(file_for(path))
        if any(is_hidden(part) for part in name.split("/")):  # '..' is one of them
            return None
        if str(PurePosixPath(name)) != name:  # in the bucket 'a//b' and 'a/b/' are other files
            return None
        try:
            file = (self._web / name).resolve()
            if not file.is_relative_to(self._web) or not file.is_file():
                return None
            content = file.read_bytes()
        except (OSError, ValueError):  # a name that no file can have
            return None
        if name == PAGE:
            content = served_page(content.decode(), api_url=api_url).encode()
        return kind_of(name), content


def told(status: HTTPStatus, sentence: str, safe: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, {**(safe or {}), **PLAIN}, f"{sentence}\n".encode())


def _packed(
    kind: str, content: bytes, headers: Mapping[str, str], safe: Mapping[str, str]
) -> Answer:
    tag, small = _prepared(content)
    answered = {**safe, "Content-Type": kind, "Cache-Control": "no-cache"}
    if kind.startswith(COMPRESSED) and len(content) >= SMALLEST_COMPRESSED:
        answered["Vary"] = "Accept-Encoding"
        if takes_gzip(headers.get("accept-encoding", "")):
            answered["Content-Encoding"] = "gzip"
            tag, content = f"{tag}-gzip", small
    answered["ETag"] = f'"{tag}"'
    if answered["ETag"] in headers.get("if-none-match", ""):
        return Answer(HTTPStatus.NOT_MODIFIED, answered, b"")
    return Answer(HTTPStatus.OK, answered, content)


@lru_cache(maxsize=256)
def _prepared(content: bytes) -> tuple[str, bytes]:
    """(tag, compressed)"""
    return hashlib.sha256(content).hexdigest()[:32], gzip.compress(content, mtime=0)


def takes_gzip(accepted: str) -> bool:
    """By an Accept-Encoding header."""
    for each in accepted.split(","):
        coding, _, quality = each.replace(" ", "").partition(";q=")
        if coding == "gzip":
            return quality.strip("0.") != "" or not quality
    return False
