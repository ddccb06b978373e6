"""The queue: what waits and why, what failed, and many transfers steered at once."""

from playwright.sync_api import Page, expect

from tests.browser.console import Console
from tests.browser.world import NOWHERE, World

FAILING = 3


def tab(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Transfers by state").get_by_role("link", name=name).click()


def test_all_that_failed_for_one_reason_is_retried_at_once(console: Console, world: World) -> None:
    label = "nightly"
    failed = [
        world.send(world.ada, "one.txt", target_path=f"{NOWHERE}-{n}", label=label)
        for n in range(FAILING)
    ]
    code = {world.becomes(each, "failed")["failure"]["code"] for each in failed}.pop()
    seat = console.signed_in(world.olga, f"/transfers?tab=attention&q={label}")
    page = seat.page
    rows = page.get_by_role("row")
    expect(rows).to_have_count(FAILING)
    expect(rows.first).to_contain_text(world.state(failed[0])["failure"]["message"].split("\n")[0])
    seat.picture("queue-attention")
    folder = (world.running.partner.root / NOWHERE).parent
    folder.mkdir()
    page.get_by_role("button", name=f"Retry all {FAILING} with {code}").click()
    result = page.get_by_role("region", name="Bulk action")
    expect(result).to_contain_text(f"{FAILING} of {FAILING} transfers were retried.")
    expect(rows).to_have_count(0)
    tab(page, "Done")
    expect(rows.filter(has_text="Completed")).to_have_count(FAILING)
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


def test_what_waits_says_for_what_and_selected_ones_are_steered_together(
    console: Console, world: World
) -> None:
    """A transfer that waits for a session has a place. One that is paused lets others pass."""
    with world.slow_line(max_sessions=1) as (narrow, _):
        first = world.send(world.ada, "big/slow.bin", narrow)
        world.becomes(first, "moving")
        second = world.send(world.ada, "reports/notes.txt", narrow)
        seat = console.signed_in(world.ada, f"/transfers?tab=waiting&destination={narrow}")
        page = seat.page
        row = page.get_by_role("row").filter(has_text="notes.txt")
        expect(row).to_contain_text("allows 1 session")
        seat.picture("queue-waiting")
        page.goto(f"{seat.console_url}/transfers?destination={narrow}")
        page.get_by_role("checkbox", name="Select slow.bin").check()
        chosen = page.get_by_role("region", name="Selected transfers")
        chosen.get_by_role("button", name="Pause 1").click()
        expect(page.get_by_role("region", name="Bulk action")).to_contain_text(
            "1 of 1 transfer was paused."
        )
        world.becomes(second, "completed")
        tab(page, "Waiting")
        page.get_by_role("button", name="Cancel slow.bin").click()
        question = page.get_by_role("dialog", name="Cancel 1 transfer?")
        question.get_by_role("button", name="Cancel 1 transfer").click()
        tab(page, "Done")
        done = page.get_by_role("row")
        expect(done.filter(has_text="slow.bin")).to_contain_text("Cancelled")
        expect(done.filter(has_text="notes.txt")).to_contain_text("Completed")


def test_an_auditor_sees_everything_and_may_do_nothing(console: Console, world: World) -> None:
    sent = world.send(world.ada, "one.txt")
    world.becomes(sent, "completed")
    page = console.signed_in(world.aud, "/transfers?tab=done").page
    expect(page.get_by_role("row").first).to_be_visible()
    expect(page.get_by_role("row").get_by_role("button")).to_have_count(0)
    page.goto(page.url + "&send=new")
    expect(page.get_by_role("dialog")).to_contain_text("Your role sends no files")
