"""What has to be true of every page of the console, whatever a test does with it."""

import re
from typing import Protocol
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, WebSocket

from tests.stack.secrets_used import SecretsUsed

TELLS_TOKENS = ("/api/login", "/api/login/sso", "/api/refresh", "/api/ws-ticket")
NOWHERE = ("blob:", "data:")  # made by the page itself
USUAL = (
    # The services of tickets and messages know a transfer some moments after it was asked for.
    r"status of 404 .*/api/transfer/[^/]+/(tickets|notifications)$",
    r"status of 404 .*/api/agent/teams/links$",  # the answer of a stage without Teams
)
STORED = """() => JSON.stringify([
    Object.entries(localStorage), Object.entries(sessionStorage), document.cookie])"""


class Addresses(Protocol):
    """Where the console and its API are served."""

    @property
    def console_url(self) -> str: ...

    @property
    def api_url(self) -> str: ...

    @property
    def websocket_url(self) -> str: ...


class Rules:
    """Watches all pages of a context. `problems` are texts for people."""

    def __init__(
        self,
        context: BrowserContext,
        stack: Addresses,
        secrets: SecretsUsed,
    ) -> None:
        self._context, self._secrets = context, secrets
        self._api_url = stack.api_url
        origins = (stack.console_url, stack.api_url, stack.websocket_url)
        self._hosts = {urlsplit(each).netloc for each in origins}
        self._expected = [re.compile(each) for each in USUAL]
        self._problems: list[str] = []
        self.calls: list[str] = []  # 'GET /api/me' of each call of the API
        context.on("console", self._wrote)
        context.on("weberror", lambda error: self._problems.append(f"error: {error.error}"))
        context.on("request", self._asked)
        context.on("response", self._answered)
        context.on("page", lambda page: page.on("websocket", self._connected))

    def expect(self, *patterns: str) -> None:
        """What a test provokes, such as a status of 401, is written to the browser's console."""
        self._expected += map(re.compile, patterns)

    def check(self) -> None:
        for page in self._context.pages:
            self._look_for_secrets(page)
        unexpected = [
            each for each in self._problems if not any(wish.search(each) for wish in self._expected)
        ]
        assert unexpected == [], unexpected

    def _wrote(self, message: ConsoleMessage) -> None:
        """Also what the content security policy refuses is written there."""
        if message.type == "error":
            where = message.location.get("url", "")
            self._problems.append(f"console: {message.text} {where}")

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if request.url.startswith(NOWHERE):
            return
        if address.netloc not in self._hosts:
            self._problems.append(f"another origin: {request.url}")
        if self._secrets.found_in(request.url):
            self._problems.append(f"a secret in an address: {address.path}")
        if request.url.startswith(self._api_url):
            self.calls.append(f"{request.method} {request.url.removeprefix(self._api_url)}")

    def _answered(self, response: Response) -> None:
        """The look at pages and logs knows what the page was given."""
        tells = urlsplit(response.url).path.endswith(TELLS_TOKENS)
        if tells and response.ok and response.request.method == "POST":
            self._secrets.hear(response.json())

    def _connected(self, socket: WebSocket) -> None:
        if urlsplit(socket.url).netloc not in self._hosts:
            self._problems.append(f"another origin: {urlsplit(socket.url).netloc}")

    def _look_for_secrets(self, page: Page) -> None:
        """The ticket of a WebSocket stands in its address, works once, and is never in a page."""
        for where, text in {
            "the address": page.url,
            "the storage": page.evaluate(STORED),
            "the page": page.content(),
        }.items():
            for kind in self._secrets.found_in(text):
                self._problems.append(f"{kind} in {where} of {urlsplit(page.url).path}")
