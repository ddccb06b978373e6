"""Makes the README's pictures anew: python -m tests.browser.screenshots

A stack of its own is busy for a minute with transfers to three partners.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect

from tests.browser.chromium import chromium
from tests.browser.console import PATIENCE_MS, Console
from tests.servers.proxy import SlowLine
from tests.servers.waiting import wait_for
from tests.stack.people import Person
from tests.stack.running import BUCKET, Running, as_destination, started

IMAGES = Path("docs/images")
MOST_BYTES = 250_000  # of a picture
MEGABYTE = 1_000_000
# id, what people call it, bytes a second of each lane, sessions at once
PARTNERS = (
    ("acme", "ACME Corp.", 2.4 * MEGABYTE, 4),
    ("nordbank", "Nordbank", 1.3 * MEGABYTE, 4),
    ("globex", "Globex Logistics", 1.8 * MEGABYTE, 1),
)
DELIVERED = (
    ("reports/2026-11-26/exposure.csv", "acme", "daily report"),
    ("reports/2026-11-26/positions.csv", "acme", "daily report"),
    ("payments/2026-11-26/credits.xml", "nordbank", "payments"),
    ("payments/2026-11-26/debits.xml", "nordbank", "payments"),
    ("catalogue/prices.csv", "globex", "catalogue"),
)
REFUSED = (
    ("payments/2026-11-26/returns.xml", "nordbank"),
    ("payments/2026-11-26/mandates.xml", "nordbank"),
)
GRANTS: Mapping[str, Any] = {
    "sources": [{"bucket": BUCKET, "prefix": ""}],
    "destinations": [name for name, *_ in PARTNERS],
}
SMALL = 400_000  # bytes
MOVING = (
    ("measurements/2026-11/turbines.parquet", "acme", "measurements", 240),
    ("payments/2026-11-26/statements.zip", "nordbank", "payments", 110),
    ("catalogue/products-full.zip", "globex", "catalogue", 90),
)
WAITING = ("catalogue/images.zip", "globex", "catalogue", 12)
PAUSED = ("archive/2025/ledger.tar", "acme", "archive", 60)
ENOUGH_PERCENT = 35


@contextmanager
def lines(running: Running) -> Iterator[None]:
    with ExitStack() as opened:
        for name, text, rate, sessions in PARTNERS:
            line = opened.enter_context(SlowLine(running.partner.port, rate))
            opened.callback(line.open)
            wish = as_destination(name, running.partner, port=line.port, max_sessions=sessions) | {
                "name": text
            }
            assert running.ferry.register(wish, running.partner.host_key)["status"] == "ok"
        yield


class Sender:
    def __init__(self, running: Running) -> None:
        self.person = running.people.create("ada.lovelace", "user", grants=GRANTS)
        self._running, self._token = running, running.door.token(self.person)

    def call(self, method: str, path: str, body: object = None) -> dict[str, object]:
        answer = self._running.door.call(method, path, self._token, body)
        assert answer.is_success, answer.text
        found: dict[str, object] = answer.json()
        return found

    def send(self, key: str, to: str, label: str, size: int, **wishes: str) -> str:
        self._running.put(key, bytes(size))
        source = {"bucket": BUCKET, "key": key}
        body = {"source": source, "destination_id": to, "label": label, **wishes}
        return str(self.call("POST", "/api/transfer", body)["id"])

    def becomes(self, transfer_id: str, status: str) -> None:
        path = f"/api/transfer/{transfer_id}"
        wait_for(lambda: self.call("GET", path)["status"] == status, f"{path} {status}", 120)


def make_busy(sender: Sender) -> str:
    """Begins everything. Returns the transfer to look at."""
    ended = [(sender.send(*each, SMALL), "completed") for each in DELIVERED]
    for key, to in REFUSED:
        target = f"inbound/{Path(key).name}"
        ended.append((sender.send(key, to, "payments", SMALL, target_path=target), "failed"))
    for each, status in ended:
        sender.becomes(each, status)
    paused = sender.send(*PAUSED[:3], PAUSED[3] * MEGABYTE)
    sender.becomes(paused, "moving")
    sender.call("POST", f"/api/transfer/{paused}/pause")
    moving = [sender.send(*each[:3], each[3] * MEGABYTE) for each in MOVING]
    for transfer in moving:
        sender.becomes(transfer, "moving")
    sender.send(*WAITING[:3], WAITING[3] * MEGABYTE)
    return moving[0]


def picture_home(console: Console, person: Person) -> None:
    page = console.signed_in(person, "/", theme="light").page
    expect(page.get_by_role("region", name="Moving now")).to_contain_text(" left")
    expect(page.get_by_role("region", name="Waiting")).to_contain_text("session")
    expect(page.get_by_role("region", name="Today")).to_contain_text("delivered")
    expect(page.locator(".loading")).to_have_count(0)
    save(console, "console-light")


def picture_transfer(console: Console, person: Person, transfer_id: str) -> None:
    page = console.signed_in(person, f"/transfers/{transfer_id}", theme="dark").page
    page.get_by_role("button", name="Open the map").click()
    bar = page.get_by_role("progressbar", name="Bytes moved")
    wait_for(
        lambda: int(bar.get_attribute("aria-valuenow") or 0) >= ENOUGH_PERCENT,
        f"{ENOUGH_PERCENT} %",
        120,
    )
    page.get_by_role("heading", level=1).focus()
    save(console, "console-dark")


def save(console: Console, name: str) -> None:
    path = IMAGES / f"{name}.png"
    console.seats[-1].page.screenshot(path=path)
    assert path.stat().st_size < MOST_BYTES, f"{path} has {path.stat().st_size} bytes"
    console.close_all()
    print(path)


def take(browser: Browser, running: Running) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    sender = Sender(running)
    console = Console(running, browser)
    with lines(running):
        transfer = make_busy(sender)
        picture_home(console, sender.person)
        picture_transfer(console, sender.person, transfer)


def main() -> None:
    os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    IMAGES.mkdir(parents=True, exist_ok=True)
    folder = tempfile.TemporaryDirectory()
    with folder as state, chromium() as browser, started(Path(state)) as running:
        take(browser, running)


if __name__ == "__main__":
    main()
