"""Sending: what is chosen, what is said before, and what becomes of it."""

import re
from secrets import token_hex

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.console import Console
from tests.browser.world import World

PAGED = 205  # more than a page of the bucket's listing


@pytest.fixture(scope="module")
def many(world: World) -> str:
    """A folder with more objects than are listed at once."""
    for number in range(PAGED):
        world.running.put(f"many/{number:03}.txt", b"x")
    return "many"


def opened(page: Page) -> Locator:
    page.get_by_role("link", name="Send", exact=True).click()
    dialog = page.get_by_role("dialog", name="Send files")
    dialog.get_by_label("Bucket").select_option("outgoing")
    return dialog


def test_a_file_is_found_sent_and_followed_to_its_end(console: Console, world: World) -> None:
    seat = console.signed_in(world.ada)
    page = seat.page
    dialog = opened(page)
    send = dialog.get_by_role("button", name="Send", exact=True)
    expect(send).to_be_disabled()
    dialog.get_by_role("button", name="reports").click()
    dialog.get_by_role("button", name="2026").click()
    dialog.get_by_role("checkbox", name="Q3.csv").check()
    dialog.get_by_role("radio", name="Partner partner").check()
    target = f"Q3-{token_hex(3)}.csv"
    dialog.get_by_label("Name at the partner").fill(target)
    expect(dialog).to_contain_text(
        f"s3://outgoing/reports/2026/Q3.csv (16 B) goes to Partner as /{target}."
    )
    seat.picture("send")

    page.go_back()  # to the folder above, as the form was there
    expect(dialog.get_by_text("Nothing is chosen yet.")).to_be_visible()
    page.go_forward()
    expect(dialog.get_by_text("Chosen: Q3.csv")).to_be_visible()
    send.click()
    progress = page.get_by_role("region", name="Progress")
    expect(progress.locator(".state")).to_have_text("Completed")
    expect(progress).to_contain_text("16 B of 16 B")
    expect(page.get_by_role("region", name="Receipt")).to_contain_text(target)
    assert world.running.arrived(target) == b"quarter;sum\n3;1\n"


def test_what_is_wrong_is_said_beside_its_field_and_a_taken_name_is_kept(
    console: Console, world: World
) -> None:
    taken = f"taken-{token_hex(3)}.txt"
    (world.running.partner.root / taken).write_text("theirs")
    seat = console.signed_in(world.ada, "/partners")
    seat.rules.expect("status of 4(00|22)")
    page = seat.page
    dialog = opened(page)
    dialog.get_by_role("checkbox", name="one.txt").check()
    dialog.get_by_role("radio", name="Partner partner").check()
    target = dialog.get_by_label("Name at the partner")
    target.fill("../../etc/passwd")
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(target).to_have_attribute("aria-invalid", "true")
    expect(target).to_have_accessible_description(re.compile("leaves the destination's base path"))
    target.fill(taken)
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Failed: ")
    assert (world.running.partner.root / taken).read_text() == "theirs"


def test_a_long_folder_says_how_much_of_it_is_shown_and_several_are_sent_at_once(
    console: Console, world: World, many: str
) -> None:
    page = console.signed_in(world.ada).page
    dialog = opened(page)
    dialog.get_by_role("button", name=many).click()
    objects = dialog.get_by_role("checkbox", name=".txt")
    expect(objects).to_have_count(200)
    expect(dialog.get_by_text("200 objects are shown, there are more.")).to_be_visible()
    dialog.get_by_role("button", name="Load more").click()
    expect(objects).to_have_count(PAGED)
    for number in ("003", "204"):
        dialog.get_by_role("checkbox", name=f"{number}.txt").check()
    dialog.get_by_role("radio", name="Partner partner").check()
    folder = token_hex(3)
    (world.running.partner.root / folder).mkdir()
    dialog.get_by_label("Folder at the partner").fill(folder)
    dialog.get_by_role("button", name="Send 2 objects").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Transfers")
    page.get_by_role("navigation", name="Transfers by state").get_by_text("Done").click()
    for number in ("003", "204"):
        row = page.get_by_role("row").filter(has_text=f"{folder}/{number}.txt")
        expect(row).to_contain_text("Completed")
        expect(row).to_contain_text(f"s3://outgoing/{many}/")
        expect(row).to_contain_text(world.ada.name)
