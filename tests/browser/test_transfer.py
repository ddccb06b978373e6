"""One transfer, followed and steered on its page."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.console import Console
from tests.browser.world import NOWHERE, World
from tests.servers.waiting import wait_for


def state_of(page: Page) -> Locator:
    return page.get_by_role("region", name="Progress").locator(".state")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_a_transfer_is_paused_resumed_and_cancelled(console: Console, world: World) -> None:
    with world.moving(world.ada) as (moving, _):
        seat = console.signed_in(world.ada, f"/transfers/{moving}")
        page = seat.page
        expect(state_of(page)).to_have_text("Moving")
        expect(page.get_by_role("region", name="Chunks")).to_contain_text("of 24 done")
        expect(page.get_by_role("region", name="Lanes").get_by_role("row")).to_have_count(3)
        expect(page.get_by_role("progressbar", name="Bytes moved")).to_have_attribute(
            "aria-valuetext", re.compile(r"^[1-9]\d? %$")
        )
        seat.picture("transfer-moving")

        press(page, "Pause")
        expect(state_of(page)).to_have_text("Paused")
        press(page, "Resume")
        expect(state_of(page)).to_have_text("Moving")

        press(page, "Open the map")
        chunks = page.get_by_role("slider", name="Look at chunks by their number")
        chunks.focus()
        expect(chunks).to_have_attribute("aria-valuetext", re.compile("^Chunk 1: "))
        press(page, "Copy as command")
        dialog = page.get_by_role("dialog", name="As commands")
        expect(dialog).to_contain_text(f"fileferry watch {moving}")
        dialog.get_by_role("button", name="Close").click()

        press(page, "Cancel")
        question = page.get_by_role("dialog", name="Cancel this transfer?")
        question.get_by_role("button", name="Keep").click()
        expect(question).to_be_hidden()
        press(page, "Cancel")
        question.get_by_role("button", name="Cancel the transfer").click()
        expect(state_of(page)).to_have_text("Cancelled")
    timeline = page.get_by_role("region", name="Timeline")
    for each in ("Paused", "Resumed", "Cancelled"):
        expect(timeline).to_contain_text(each)
    target = world.state(moving)["target_path"]
    wait_for(
        lambda: target not in "".join(world.running.part_files()), "an end of its part file", 60
    )


def test_a_failure_says_what_to_do_and_a_retry_goes_on(console: Console, world: World) -> None:
    failed = world.send(world.ada, "reports/2026/Q3.csv", target_path=NOWHERE)
    seat = console.signed_in(world.ada, f"/transfers/{failed}")
    page = seat.page
    expect(state_of(page)).to_have_text("Failed")
    trouble = page.get_by_role("alert")
    expect(trouble).to_contain_text("Mend the cause first")
    expect(trouble).to_contain_text(world.state(failed)["failure"]["message"])
    seat.picture("transfer-failed")

    (world.running.partner.root / NOWHERE).parent.mkdir()
    try:
        press(page, "Retry")
        expect(state_of(page)).to_have_text("Completed")
        expect(trouble).to_be_hidden()
        expect(page.get_by_role("region", name="Receipt")).to_contain_text("CRC-64/NVME")
    finally:
        (world.running.partner.root / NOWHERE).unlink(missing_ok=True)
        (world.running.partner.root / NOWHERE).parent.rmdir()


def test_what_is_not_there_and_what_is_not_ones_own_look_the_same(
    console: Console, world: World
) -> None:
    others = world.send(world.olga, "one.txt")
    world.becomes(others, "completed")
    page = console.signed_in(world.ada, f"/transfers/{others}").page
    console.seats[-1].rules.expect("status of 404")
    expect(page.get_by_text("This transfer is not there, or it is not yours")).to_be_visible()
    looking = console.signed_in(world.aud, f"/transfers/{others}").page
    expect(state_of(looking)).to_have_text("Completed")
    expect(looking.get_by_role("button", name="Send again")).to_be_hidden()
