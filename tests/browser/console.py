"""The console as people use it: a browser of their own, signed in, at some page."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.rules import Rules
from tests.stack.people import Person
from tests.stack.running import Running

PATIENCE_MS = 60_000  # the machine may be busy with other things
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PICTURES = Path("build/browser")
# Another tab with the same session answers so. It is quicker than the form.
OTHER_TAB = """(session => {
    const channel = new BroadcastChannel("fileferry-session");
    channel.onmessage = ({data}) =>
        data?.kind === "ask" && channel.postMessage({kind: "session", session});
})"""
Theme = Literal["light", "dark"]


@dataclass
class Seat:
    """One person's browser: nothing of it is shared with others."""

    page: Page
    rules: Rules
    console_url: str

    def go(self, path: str) -> Page:
        self.page.goto(f"{self.console_url}{path}")
        return self.page

    def picture(self, name: str, *, full: bool = True) -> None:
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=full)


@dataclass
class Console:
    """Opens browsers for people and judges all of them in the end."""

    running: Running
    browser: Browser
    seats: list[Seat] = field(default_factory=list)
    _sessions: dict[str, Any] = field(default_factory=dict)

    def seat(self, *, viewport: ViewportSize = DESKTOP, theme: Theme = "light") -> Seat:
        """A browser in which nobody is signed in."""
        context = self.browser.new_context(
            viewport=viewport,
            color_scheme=theme,
            accept_downloads=True,
            timezone_id="Europe/Berlin",
        )
        context.set_default_timeout(PATIENCE_MS)
        stack = self.running.stack
        rules = Rules(context, stack, self.running.door.secrets)
        seat = Seat(context.new_page(), rules, stack.console_url)
        self.seats.append(seat)
        return seat

    def sit_down(self, seat: Seat, person: Person, path: str = "/") -> Seat:
        """Somebody is signed in from the beginning."""
        seat.page.context.add_init_script(f"{OTHER_TAB}({json.dumps(self._session(person))})")
        seat.go(path)
        expect(seat.page.get_by_role("navigation", name="Console")).to_be_visible()
        return seat

    def signed_in(
        self,
        person: Person,
        path: str = "/",
        *,
        viewport: ViewportSize = DESKTOP,
        theme: Theme = "light",
    ) -> Seat:
        return self.sit_down(self.seat(viewport=viewport, theme=theme), person, path)

    def _session(self, person: Person) -> Any:  # noqa: ANN401
        """As keeper.js hands it from tab to tab. One login for each person."""
        if person.name not in self._sessions:
            told = self.running.door.tokens(person, "console")
            now = time.time()
            self._sessions[person.name] = {
                "access": told["access_token"],
                "refresh": told["refresh_token"],
                "freshUntil": (now + told["expires_in_seconds"] - 60) * 1000,
                "endsAt": told["session_expires_at"],
                "family": person.name,
                "generation": int(now * 1000),
            }
        return self._sessions[person.name]

    def close_all(self, picture: str = "") -> None:
        """The rules are judged. With `picture` each page leaves one of that name."""
        seats, self.seats = self.seats, []
        try:
            for number, each in enumerate(seats):
                if picture:
                    each.picture(f"{picture}-{number}", full=False)
            judge(seats)
        finally:
            for each in seats:
                each.page.context.close()


def judge(seats: Sequence[Seat]) -> None:
    for each in seats:
        each.rules.check()


def sign_in(page: Page, person: Person) -> None:
    """By the form that is shown."""
    page.get_by_label("User").fill(person.name)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
