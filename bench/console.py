"""What the console costs a browser: a transfer of one terabyte, a long list, the first view.

    python -m bench.console [--seconds 60] [--fast 10] [--quick]

A stand-in on the loopback interface tells of the transfer. Debian's Chromium shows it, without a
graphics card, so that painting costs the same processor. `--fast` is how much faster than two
changes a second the stream is played.
"""

import argparse
import time
from collections.abc import Sequence
from functools import partial

from playwright.sync_api import Browser, Page

from bench.console_page import HEADS, browser, console, measured, signed_in
from bench.console_story import TRANSFER_ID, Story
from bench.console_stub import ROWS, Stub, listening

CHUNKS = (10_486, 476_838)
PER_SECOND = 2  # changes that the service tells of a transfer at most
LOADING_SECONDS = 120.0
WHEEL_PX = {"as with a wheel": 120, "a screen at a time": 900}
SCROLL_STEPS = 400


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="that each stream is played")
    parser.add_argument("--fast", type=float, default=10.0, help="times as fast as in reality")
    parser.add_argument("--quick", action="store_true", help="10 seconds each, and no long list")
    options = parser.parse_args()
    seconds = 10.0 if options.quick else options.seconds
    with (
        listening() as (stub, api_url),
        console(api_url, stub.websocket_url) as address,
        browser() as opened,
    ):
        print_first_view(opened, address)
        print_row("ms", HEADS)
        for chunks in CHUNKS:
            for fast in (1.0, options.fast):
                print_stream(opened, address, stub, chunks, fast, seconds)
        if not options.quick:
            print_history(opened, address)


def print_row(name: str, cells: Sequence[str]) -> None:
    print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def print_first_view(opened: Browser, address: str) -> None:
    page = opened.new_page()
    page.goto(address)
    page.get_by_label("User").wait_for()
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    print(f"first view: painted after {painted:.0f} ms, {_transferred(page)}")
    page.close()
    page = signed_in(opened, address)
    page.wait_for_load_state("networkidle")
    print(f"home after the login, in all: {_transferred(page)}")
    page.close()


def _transferred(page: Page) -> str:
    sizes = page.evaluate(
        """() => performance.getEntries()
          .filter((each) => "transferSize" in each && each.name.startsWith(location.origin))
          .map((each) => each.transferSize)"""
    )
    return f"{len(sizes)} files, {sum(sizes) / 1_000:.0f} kB transferred"


def print_stream(
    opened: Browser, address: str, stub: Stub, chunks: int, fast: float, seconds: float
) -> None:
    """With its map open. The last changes come when nothing is measured any more."""
    stub.story = Story(chunks, changes=int(seconds * PER_SECOND * fast * 1.2) + 20)
    stub.pause_seconds, stub.told = 1 / (PER_SECOND * fast), 0
    page = signed_in(opened, address)
    page.goto(f"{address}/transfers/{TRANSFER_ID}")
    page.get_by_role("button", name="Open the map").click()
    page.get_by_role("slider", name="Look at chunks by their number").wait_for()
    told = []

    def watch() -> float:
        before = stub.told
        page.wait_for_timeout(seconds * 1_000)
        told.append(stub.told - before)
        return seconds

    found = measured(page, opened, watch)
    print_row(f"{chunks:,} chunks, {told[0] / seconds:.1f} changes a second", found.cells())
    page.close()


def print_history(opened: Browser, address: str) -> None:
    page = signed_in(opened, address)
    page.goto(f"{address}/history")
    page.locator(".row").first.wait_for()
    load_all(page)
    page.mouse.move(700, 500)
    for how, pixels in WHEEL_PX.items():
        page.evaluate("scrollTo(0, 0)")
        found = measured(page, opened, partial(_scroll, page, pixels))
        print_row(f"history of {ROWS:,} rows, {how}", found.cells())
    page.close()


def _scroll(page: Page, pixels: int) -> float:
    """As fast as the page takes it."""
    began = time.monotonic()
    for _ in range(SCROLL_STEPS):
        page.mouse.wheel(0, pixels)
    return time.monotonic() - began


def load_all(page: Page) -> None:
    """Scrolls to the end until no more rows come. Raises TimeoutError."""
    over = time.monotonic() + LOADING_SECONDS
    rows = f".row[aria-rowindex='{ROWS}']"
    while not page.locator(rows).count():
        if time.monotonic() > over:
            raise TimeoutError(f"{ROWS} rows did not come within {LOADING_SECONDS} s")
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        page.wait_for_timeout(200)


if __name__ == "__main__":
    main()
