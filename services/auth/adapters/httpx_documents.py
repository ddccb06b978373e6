"""Reads small JSON documents over HTTPS. Time and size are bounded, and redirects are not
followed."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx

from services.auth.domain.errors import ProviderError

MAX_BYTES = 512_000  # key sets with certificates of large providers have some 20 kB
CALL_SECONDS = 4.0  # to connect, and for each piece
WHOLE_SECONDS = 6.0  # of one call; a login makes four, and API Gateway waits 29 s


def new_client(seconds: float = CALL_SECONDS) -> httpx.Client:
    """The environment (proxies, .netrc) is ignored, so that it cannot decide where secrets go."""
    return httpx.Client(timeout=seconds, follow_redirects=False, trust_env=False)


@dataclass(frozen=True)
class Document:
    status: int
    body: dict[str, Any]


class HttpxDocuments:
    def __init__(self, client: httpx.Client, whole_seconds: float = WHOLE_SECONDS) -> None:
        self._client, self._whole_seconds = client, whole_seconds

    def get(self, url: str, *, bearer: str | None = None) -> Document:
        """Raises ProviderError, also for an answer that is not a JSON object."""
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return self._read("GET", url, headers, None)

    def post_form(
        self, url: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Document:
        """Raises ProviderError, also for an answer that is not a JSON object."""
        return self._read("POST", url, headers or {}, form)

    def _read(
        self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None
    ) -> Document:
        place = urlsplit(url).netloc
        # identity, because a small compressed body could unpack to any size
        asked = {"Accept": "application/json", "Accept-Encoding": "identity", **headers}
        end = time.monotonic() + self._whole_seconds
        try:
            with self._client.stream(method, url, headers=asked, data=form) as response:
                text = self._body(response, place, end)
                status = response.status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderError(f"{place}: {type(error).__name__}") from None
        try:
            body = json.loads(text)
            json.dumps(body, ensure_ascii=False).encode()  # halves of characters are no text
        except (ValueError, RecursionError):
            raise ProviderError(f"{place} answered {status} without JSON") from None
        if not isinstance(body, dict):
            raise ProviderError(f"{place} answered {status} with JSON that is no object")
        return Document(status, body)

    def _body(self, response: httpx.Response, place: str, end: float) -> bytes:
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise ProviderError(f"{place} answered in an encoding that was not asked for")
        body = b""
        for piece in response.iter_raw():
            body += piece
            if len(body) > MAX_BYTES:
                raise ProviderError(f"{place} answered with more than {MAX_BYTES} bytes")
            if time.monotonic() > end:
                raise ProviderError(f"{place} took more than {self._whole_seconds:g} s")
        return body


def is_safe(url: object, *, loopback: bool) -> bool:
    """True for https and, where `loopback` is allowed, for http to this computer itself."""
    if not isinstance(url, str):
        return False
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for a wrong port
    except ValueError:
        return False
    if parts.username is not None or parts.fragment or not parts.hostname:
        return False
    if parts.scheme == "https":
        return True
    return loopback and parts.scheme == "http" and is_loopback(parts.hostname)


def is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False
