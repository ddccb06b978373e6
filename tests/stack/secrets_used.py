"""Collects all secrets that the tests use, in order to look for them in the logs."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx

from infra.local.ferry import Ferry

SECRET_FIELDS = frozenset(
    {"password", "current_password", "new_password", "private_key", "passphrase"}
    | {"access_token", "refresh_token", "verifier", "ticket"}
    | {"address", "bot_token", "signing_secret"}  # of channels
)
SECRET_HEADERS = ("authorization", "cookie", "set-cookie")
SHORTEST = 8  # characters; anything shorter could as well be a word


class SecretsUsed:
    """A secret is found in any spelling that JSON or an address gives it. Its decisive part alone
    is found, too, because a token without its beginning is still a secret, and so is a webhook's
    address without its host.
    """

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}  # spelling -> what it is

    def __len__(self) -> int:
        return len(self._kinds)

    def add(self, kind: str, secret: str) -> None:
        for part in _parts(secret):
            for spelling in (part, json.dumps(part)[1:-1], quote(part, safe="")):
                self._kinds[spelling] = kind

    def found_in(self, text: str) -> list[str]:
        """The kinds of secrets in the text, never the secrets themselves."""
        return sorted({kind for spelling, kind in self._kinds.items() if spelling in text})

    def hear(self, document: object) -> None:
        """Takes the secret fields of a JSON document, however deep they are."""
        if isinstance(document, Mapping):
            for name, value in document.items():
                if name in SECRET_FIELDS and isinstance(value, str):
                    self.add(name, value)
                self.hear(value)
        elif isinstance(document, list):
            for each in document:
                self.hear(each)

    def hear_request(self, request: httpx.Request) -> None:
        self._hear_headers(request.headers)
        self._hear_json(request.content)

    def hear_response(self, response: httpx.Response) -> None:
        self._hear_headers(response.headers)
        self._hear_json(response.read())
        self.hear_address(response.headers.get("Location", ""))

    def hear_address(self, address: str) -> None:
        """Single sign-on hands its codes over in addresses."""
        for code in parse_qs(urlsplit(address).query).get("code", ()):
            self.add("code of a single sign-on", code)

    def _hear_headers(self, headers: httpx.Headers) -> None:
        for name in SECRET_HEADERS:
            for value in headers.get_list(name):
                self.add(name, value.partition(";")[0])

    def _hear_json(self, content: bytes) -> None:
        try:
            self.hear(json.loads(content))
        except ValueError:  # no JSON: a page, or nothing
            return


def _parts(secret: str) -> Iterator[str]:
    pieces = secret.split("\n") if "\n" in secret else [secret]
    if secret.count(".") == 2:  # a JWT's signature, a refresh token's secret
        pieces.append(secret.rpartition(".")[2])
    if secret.startswith(("Bearer ", "fileferry-sso")):
        pieces.append(secret.replace("=", " ", 1).rpartition(" ")[2])
    if secret.startswith(("https://", "http://")):
        parts = urlsplit(secret)
        values = [value for found in parse_qs(parts.query).values() for value in found]
        pieces += [parts.path, parts.path.rpartition("/")[2], *values]
    if secret.startswith("whsec_"):
        pieces.append(secret.removeprefix("whsec_"))
    for piece in pieces:
        if len(piece) >= SHORTEST and not piece.startswith("-----"):
            yield piece


class HeardFerry(Ferry):
    """A Ferry whose secrets are collected."""

    def __init__(self, secrets: SecretsUsed, api_url: str, user: str, password: str) -> None:
        super().__init__(api_url, user, password, every=0.05)
        self._secrets = secrets

    def _answer(self, method: str, path: str, headers: Mapping[str, str], body: object) -> Any:  # noqa: ANN401
        self._secrets.hear(body)
        if authorization := headers.get("Authorization"):
            self._secrets.add("authorization", authorization)
        document = super()._answer(method, path, headers, body)
        self._secrets.hear(document)
        return document
