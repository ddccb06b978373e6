"""The console with a double of the agent: nothing else is started, so it is there in a moment."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, expect

from infra.console.web_files import WEB
from infra.local.console_server import listening
from infra.local.console_site import ConsoleSite
from tests.browser.console import DESKTOP, OTHER_TAB, PATIENCE_MS, Seat, Theme, judge
from tests.browser.rules import Rules
from tests.doubles.agent_rest import AgentRest
from tests.doubles.agent_server import TOKEN, AgentServer, served
from tests.stack.secrets_used import SecretsUsed

HOUR = 3_600


@dataclass(frozen=True)
class Served:
    """Takes the place of a stack."""

    console_url: str
    api_url: str
    websocket_url: str


@dataclass
class AgentDesk:
    """`ada.lovelace` is signed in at every seat."""

    browser: Browser
    double: AgentServer
    addresses: Served
    seats: list[Seat] = field(default_factory=list)

    @property
    def agent(self) -> AgentRest:
        return self.double.agent

    def seat(
        self,
        path: str = "/settings",
        *,
        viewport: ViewportSize = DESKTOP,
        theme: Theme = "light",
    ) -> Seat:
        context = self.browser.new_context(
            viewport=viewport, color_scheme=theme, timezone_id="Europe/Berlin"
        )
        context.set_default_timeout(PATIENCE_MS)
        secrets = SecretsUsed()
        secrets.add("an access token", TOKEN)
        rules = Rules(context, self.addresses, secrets)
        rules.expect("status of 404 .*/api/(transfer/[^/]+/events|schedules|statistics|history)")
        now = time.time()
        session = {
            "access": TOKEN,
            "refresh": "refresh-token-of-the-test",
            "freshUntil": (now + HOUR) * 1_000,
            "endsAt": None,
            "family": "ada",
            "generation": int(now * 1_000),
        }
        context.add_init_script(f"{OTHER_TAB}({json.dumps(session)})")
        seat = Seat(context.new_page(), rules, self.addresses.console_url)
        self.seats.append(seat)
        seat.go(path)
        expect(seat.page.get_by_role("navigation", name="Console")).to_be_visible()
        return seat

    def close_all(self) -> None:
        seats, self.seats = self.seats, []
        try:
            judge(seats)
        finally:
            for each in seats:
                each.page.context.close()


@contextmanager
def desk(browser: Browser, folder: Path, *roles: str) -> Iterator[AgentDesk]:
    addresses = folder / "addresses.json"
    with (
        served(AgentServer("ada.lovelace", *roles)) as double,
        listening(ConsoleSite(WEB, addresses), 0) as site,
    ):
        told = {"api_url": double.url, "websocket_url": double.socket_url}
        addresses.write_text(json.dumps(told))
        double.origin = f"http://{site.host}"
        thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield AgentDesk(browser, double, Served(double.origin, double.url, double.socket_url))
        finally:
            site.shutdown()
            thread.join()
